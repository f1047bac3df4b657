import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ChangeAnswer } from '../../cli/api-client/answers.ts';
import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { type IngestBody, profiledSeries, toIngestBodies } from '../../core/simulator/ingest-body.ts';
import { simulateFleet } from '../../core/simulator/simulate-fleet.ts';
import { replay } from '../../local/replay/replay-fleet.ts';
import { drained, newTenant, subscribe, useSession } from './pipeline-client.ts';

const session = inject('session');
const TENANT = 'e2e-deployments';
const STEP = 300;
/** Deployed long enough ago that all checks are due: the watch does not wait, and ends in seconds. */
const AGE_SECONDS = 65 * 60;
const WAIT_MILLISECONDS = 180_000;

type Harm = (metric: string, value: number) => number;

/**
 * The fleet at a fixed moment, independent of the time of the test: a good deployment is rightly doubted at one in thirty
 * others.
 */
const SIMULATED_UNTIL = Date.UTC(2026, 10, 20, 15) / 1000;
const simulated = () =>
  simulateFleet({
    ...{ seed: 31, servers: 6, days: 3, stepSeconds: STEP, incidents: 0 },
    endAt: SIMULATED_UNTIL,
  });

const slowAndBusy: Harm = (metric, value) => {
  if (metric === 'latency_ms') return value * 3;
  return metric === 'cpu_percent' ? Math.min(99, value + 35) : value;
};

/** Three days of a fleet without faults that end at `now`; `target` changes at the deployment. */
const bodies = (now: number, target: string, at: number, harm: Harm): Iterable<IngestBody> => {
  const series = [...profiledSeries(simulated())].map((each) => {
    const timestamps = each.timestamps.map((time) => time - SIMULATED_UNTIL + now);
    const isHarmed = (i: number): boolean => each.targetId === target && timestamps[i]! > at;
    const values = each.values.map((value, i) => (isHarmed(i) ? harm(each.metric, value) : value));
    return { ...each, timestamps, values };
  });
  return toIngestBodies(series, 20_000);
};

const closed = async (client: ApiClient, id: string): Promise<ChangeAnswer> => {
  const deadline = Date.now() + WAIT_MILLISECONDS;
  for (;;) {
    const change = await client.change(id);
    if (change.health !== 'watching' || Date.now() > deadline) return change;
    await sleep(500);
  }
};

describe('deployments', () => {
  let client: ApiClient;
  let events: Awaited<ReturnType<typeof subscribe>>;
  let [bad, good] = ['', ''];
  const now = Math.floor(Date.now() / (STEP * 1000)) * STEP;
  const at = now - AGE_SECONDS;

  beforeAll(async () => {
    useSession(session);
    client = await newTenant(session, TENANT);
    events = await subscribe(session, 'deployments-test');
    const [first, second] = simulated().servers.filter(({ profile }) => profile === 'web');
    [bad, good] = [first!.id, second!.id];
    await replay(client, bodies(now, bad, at, slowAndBusy));
    await drained();
  });

  it('that does harm is found unhealthy, and its rollback is proposed once', async () => {
    const reported = {
      ...{ target: bad, summary: 'version 41 deployed', kind: 'deployment' as const, at: String(at) },
      ...{ version: '41', previousVersion: '40' },
    };
    const { id, health } = await client.recordChange(reported);
    expect(health).toBe('watching');
    expect((await client.recordChange(reported)).id).toBe(id);
    const change = await closed(client, id);
    expect(change).toMatchObject({ health: 'unhealthy', proposal: { target: bad, from: '41', to: '40' } });
    expect(change.score).toBeLessThan(50);
    expect(change.checks.at(-1)?.evidence[0]?.text).toMatch(/latency_ms|cpu_percent/);
    const proposals = (await events()).filter(
      (event) => event['detail-type'] === 'RemediationProposed' && event.detail.tenantId === TENANT,
    );
    expect(proposals).toMatchObject([{ detail: { plan: { action: 'roll-back-deployment', changeId: id } } }]);
  });

  it('that does no harm is watched until the end and found healthy', async () => {
    const { id } = await client.recordChange({
      ...{ target: good, summary: 'version 7 deployed', kind: 'deployment', at: String(at) },
    });
    const change = await closed(client, id);
    expect(change).toMatchObject({ health: 'healthy', checks: [{}, {}, {}, {}] });
    expect(change.proposal).toBeUndefined();
  });

  it('are assessed in advance, by their plan and by outcomes of earlier ones', async () => {
    const plan = {
      StackName: 'shop',
      ChangeSetName: 'next',
      Changes: [
        {
          Type: 'Resource',
          ResourceChange: {
            ...{ Action: 'Modify', LogicalResourceId: 'Orders', ResourceType: 'AWS::DynamoDB::Table' },
            ...{ Replacement: 'True', PolicyAction: 'ReplaceAndDelete', Scope: ['Properties'], Details: [] },
          },
        },
      ],
    };
    const weighed = await client.assessChange({ format: 'cloudformation-change-set', content: plan }, bad);
    expect(weighed.level).toBe('high');
    expect(JSON.stringify(weighed.reasons)).toContain('Orders');
    const calm = { format: 'cloudformation-change-set', content: { ...plan, Changes: [] } } as const;
    expect((await client.assessChange(calm, good)).risk).toBeLessThan(weighed.risk);
  });

  it('are listed with their health', async () => {
    const listed = [];
    for await (const change of client.changes({ health: 'unhealthy' })) listed.push(change.target);
    expect(listed).toEqual([bad]);
  });
});
