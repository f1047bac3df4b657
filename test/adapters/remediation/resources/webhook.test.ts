import { GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeResources } from '../../../../adapters/remediation/resources/make-resources.ts';
import { signedWebhook } from '../../../../adapters/remediation/resources/webhook.ts';
import { formatKey } from '../../../../core/platform/secrets/key-ring.ts';
import { standardMac } from '../../../../core/platform/secrets/webhook-signature.ts';
import type { Change } from '../../../../core/remediation/action.ts';
import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import { NotManagedError } from '../../../../core/remediation/errors.ts';
import type { ResourceCall } from '../../../../core/remediation/ports.ts';
import type { Json } from '../../../../core/shared/canonical-json.ts';
import { ConfigurationError } from '../../../../core/shared/errors.ts';
import { aws, resetAll } from './clients.ts';
import { reader } from './tried-actions.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:pager';
const content = formatKey(new Uint8Array(48).fill(7), 0);
const delivered: { readonly headers: Record<string, string>; readonly body: string }[] = [];
let status = 202;
const begun = new Set<string>();

const resources = makeResources({
  executors: {
    'call-webhook': signedWebhook({
      target: (name) =>
        name === 'pager'
          ? {
              secretArn: ARN,
              receiver: {
                deliver: async (headers, body) => {
                  delivered.push({ headers, body });
                  return status;
                },
              },
            }
          : undefined,
      ownTenant: 'acme',
      hasBegun: async (_, id) => begun.has(id),
      now: () => 1_790_000_000_000,
    }),
  },
  session: () => reader,
});

const call: ResourceCall = {
  ...{ action: findAction('call-webhook') ?? expect.fail(), resource: 'integration:pager', parameters: {} },
  ...{ owner: { tenantId: 'acme', environment: 'prod' }, remediationId: 'rem-1' },
};
const planned = async (): Promise<Change<Json>> => {
  const context = { remediationId: 'rem-1', at: 1, deployment: null };
  const change = call.action.plan({}, await resources.read(call), context);
  return 'notApplicable' in change ? expect.fail() : change;
};

beforeEach(() => {
  resetAll();
  delivered.length = 0;
  status = 202;
  begun.clear();
  aws.secrets.on(GetSecretValueCommand, { SecretId: ARN, VersionStage: 'AWSCURRENT' }).resolves({
    SecretString: content,
  });
  aws.secrets
    .on(GetSecretValueCommand, { VersionStage: 'AWSPREVIOUS' })
    .rejects(new ResourceNotFoundException({ message: 'none', $metadata: {} }));
});

describe('a signed webhook', () => {
  it('sends what the dry run shows, signed, under the same id each time', async () => {
    const change = await planned();
    const [shown] = resources.preview(call, change);
    expect(delivered).toEqual([]);
    await resources.change(call, change);
    await resources.change(call, change);
    expect(delivered.map(({ body }) => ({ to: 'integration:pager', body: JSON.parse(body) }))).toEqual([
      shown?.input,
      shown?.input,
    ]);
    for (const { headers, body } of delivered) {
      expect(headers['webhook-id']).toBe('forestall-rem-1');
      const key = Buffer.from(new Uint8Array(48).fill(7)).toString('base64url');
      const mac = standardMac(Buffer.from(key), 'forestall-rem-1', '1790000000', body).toString('base64');
      expect(headers['webhook-signature']).toBe(`v1,${mac}`);
    }
  });

  it('is done once it was accepted, as the record of the remediation says', async () => {
    const change = await planned();
    expect(call.action.isDone(change, await resources.read(call))).toBe(false);
    begun.add('rem-1');
    expect(call.action.isDone(change, await resources.read(call))).toBe(true);
  });

  it('fails if the receiver does not accept it', async () => {
    status = 400;
    await expect(resources.change(call, await planned())).rejects.toThrow(ConfigurationError);
  });

  it('goes only to integrations of the stage, and only for the tenant of its operator', async () => {
    await expect(resources.read({ ...call, resource: 'integration:other' })).rejects.toThrow(NotManagedError);
    const stranger = { ...call, owner: { tenantId: 'stranger', environment: 'prod' } };
    await expect(resources.read(stranger)).rejects.toThrow(NotManagedError);
  });
});
