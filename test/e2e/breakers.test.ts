/** A breaker opens for an integration that is down and closes again, as operators see it through the deployed API. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { httpWebhookReceiver } from '../../adapters/platform/integrations/http-webhook-receiver.ts';
import type { BreakerAnswer } from '../../cli/api-client/answers.ts';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { local } from '../../lib/config/local.ts';
import { requireOutput } from '../../local/deploy.ts';
import { webhookReceiver } from '../harness/integration-servers.ts';
import { newKey, newTenant, useSession } from './pipeline-client.ts';

const session = inject('session');
const NAME = `e2e-${Date.now()}`;
const OPEN_MS = 1_000;

let operator: ApiClient;
let receiver: Awaited<ReturnType<typeof webhookReceiver>>;

/** A delivery from a container that starts cold: the modules of a function are loaded anew. */
const deliverCold = async (): Promise<number> => {
  vi.resetModules();
  const { sharedBreakers } = await import('../../functions/runtime/breakers.ts');
  const { publisherTo } = await import('../../functions/runtime/event-bus.ts');
  const env = {
    REQUESTS_TABLE_NAME: requireOutput(session.outputs, 'RequestsTableName'),
    OWN_TENANT_ID: local.ownTenant,
  };
  const breakers = sharedBreakers(env, publisherTo(requireOutput(session.outputs, 'EventBusName')));
  return httpWebhookReceiver({ url: receiver.url }, breakers.integration(NAME)).deliver({}, '{}');
};

const shown = async (client: ApiClient): Promise<BreakerAnswer | undefined> => {
  for await (const breaker of client.breakers()) if (breaker.name === NAME) return breaker;
  return undefined;
};

beforeAll(async () => {
  useSession(session);
  vi.stubEnv('BREAKER_RULES', JSON.stringify({ integrations: { openSeconds: OPEN_MS / 1000, failures: 3 } }));
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  operator = new ApiClient({ url: session.url, apiKey: await newKey(session, local.ownTenant) });
  receiver = await webhookReceiver(`whsec_${Buffer.from('secret').toString('base64')}`);
  return () => receiver.close();
});

describe('the circuit breaker of an integration', () => {
  it('opens, spares cold containers the call, and closes', async () => {
    const calls = receiver.failAll();
    for (let i = 0; i < 3; i++) await expect(deliverCold()).rejects.toThrow('does not answer');
    const reached = calls();
    expect(reached).toBeGreaterThan(0);
    await expect(deliverCold()).rejects.toThrow(`integration ${NAME} is not called before`);
    expect(calls()).toBe(reached);
    const open = await shown(operator);
    expect(open).toMatchObject({ kind: 'integration', reason: expect.stringContaining('does not answer') });
    expect(open?.state).not.toBe('closed');
    expect(Date.parse(open?.nextProbeAt ?? '') - Date.parse(open?.since ?? '')).toBe(OPEN_MS);

    receiver.heal();
    await sleep(OPEN_MS);
    // An answer of 4xx shows that the receiver works.
    expect([await deliverCold(), await deliverCold()]).toEqual([401, 401]);
    expect(await shown(operator)).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('is shown to the tenant of the operator alone', async () => {
    expect(await shown(operator)).toBeDefined();
    expect(await shown(await newTenant(session, 'e2e-stranger'))).toBeUndefined();
  });
});
