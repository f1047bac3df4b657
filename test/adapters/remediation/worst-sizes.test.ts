/** The largest items of remediations fit into DynamoDB, where an item has at most 400 KB. */
import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Item } from '../../../adapters/aws/dynamodb/table.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { EMPTY_CHAIN } from '../../../core/remediation/decision.ts';
import { MAX_LEDGER_ENTRIES } from '../../../core/remediation/gate/limit-rules.ts';
import type { Ledger } from '../../../core/remediation/ledger.ts';
import { RemediationPolicy } from '../../../core/remediation/policy.ts';
import type { RemediationWrite } from '../../../core/remediation/ports.ts';
import type { TrackRecord } from '../../../core/remediation/track-record.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { decision } from '../../unit/remediation/audit/decision-samples.ts';
import { NOW, samplePlan, sampleRemediation } from '../../unit/remediation/stored-samples.ts';

/** Text without patterns, which does not compress to less than half. */
const noise = (seed: string, length: number): string => {
  let text = '';
  for (let part = 0; text.length < length; part++)
    text += createHash('sha256').update(`${seed} ${part}`).digest('hex');
  return text.slice(0, length);
};

const attributeBytes = (value: unknown): number =>
  value instanceof Uint8Array ? value.byteLength : Buffer.byteLength(String(value));
const bytesOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + name.length + attributeBytes(value), 0);

/** Bytes of the largest item that a step stores. */
const largestItem = async (write: Partial<RemediationWrite>): Promise<number> => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  const { table } = memoryDynamo(client);
  const { telemetry } = recordedTelemetry();
  const store = dynamoRemediationStore({ client, tableName: 't', now: () => NOW * 1000, telemetry });
  const step = { tenantId: 'acme', head: EMPTY_CHAIN, decisions: [], ...write };
  expect(await store.commit(step)).toBeDefined();
  return Math.max(...table.items.map(bytesOf));
};

const targetIds = Array.from({ length: 50 }, (_, index) => noise(`target ${index}`, 128));
const evidence = Array.from({ length: 20 }, (_, index) => noise(`evidence ${index}`, 1000));
const { problem } = samplePlan();
const largePlan = samplePlan({ problem: { ...problem, targetIds, evidence } });

describe('the largest item', () => {
  it('of a remediation, whose plan has 50 targets and 20 pieces of evidence, is small', async () => {
    const approval = {
      planHash: noise('p', 64),
      by: { kind: 'person', name: noise('n', 200) },
      at: NOW,
    } as const;
    const approvals = [1, 2].map((n) => ({ ...approval, reason: noise(`reason ${n}`, 500) }));
    const request = { planHash: noise('p', 64), askedAt: NOW, expiresAt: NOW + 1800, needed: 2 } as const;
    const remediation = sampleRemediation({
      plan: largePlan,
      approval: { ...request, approvals, rejection: null, taskToken: noise('token', 1024) },
    });
    expect(await largestItem({ remediation: { item: remediation, revision: 0 } })).toBeLessThan(40_000);
  });

  it('of a decision, which ranks 20 such plans, is small', async () => {
    const plans = Array.from({ length: 20 }, (_, index) => ({ ...largePlan, rank: index }));
    expect(await largestItem({ decisions: [decision({ outcome: { plans } })] })).toBeLessThan(100_000);
  });

  it('of a track record has 500 outcomes in a tenth of the limit', async () => {
    const outcomes: TrackRecord['outcomes'] = Array.from({ length: 500 }, (_, index) => ({
      ...{ remediationId: noise(`r ${index}`, 64), action: `action-${index % 30}`, profile: 'web' },
      ...{ alertType: `alert-${index % 20}`, environment: 'shop', result: 'succeeded' },
      ...{ at: NOW - index * 997, seconds: (index * 131) % 4001 },
    }));
    expect(await largestItem({ track: { item: { outcomes }, revision: 0 } })).toBeLessThan(40_000);
  });

  it('of a ledger holds all actions that the gate lets be remembered, on as many resources, each undone', async () => {
    const entries: Ledger['entries'] = Array.from({ length: 2 * MAX_LEDGER_ENTRIES }, (_, index) => ({
      remediationId: noise(`r ${index >> 1}`, 30),
      ...{
        action: `action-${(index >> 1) % 30}`,
        resource: `lambda-function:${noise(`f ${index >> 1}`, 40)}`,
      },
      ...{ kind: index % 2 === 0 ? 'action' : 'undo', units: 1 + (index % 7), at: NOW - index * 90 },
      result: 'unproven',
    }));
    const bytes = await largestItem({ ledger: { item: { entries }, revision: 0, environment: 'shop' } });
    expect(bytes).toBeLessThan(400_000);
  });

  it('of a policy has 500 resources with five actions each', async () => {
    const resources = Array.from({ length: 500 }, (_, index) => ({
      ...{ resource: `lambda-function:${noise(`f ${index}`, 60)}`, environment: 'shop' },
      targets: [noise(`target ${index}`, 64)],
      actions: Array.from({ length: 5 }, (__, n) => ({
        action: `action-${n}`,
        parameters: { add: 1, max: n },
      })),
    }));
    const environments = { shop: { stage: 'approve' } };
    const item = RemediationPolicy.parse({ environments, resources });
    expect(await largestItem({ policy: { item, revision: 0 } })).toBeLessThan(100_000);
  });
});

describe('a larger ledger', () => {
  it('is refused, and with it the step that it would have recorded', async () => {
    const entries: Ledger['entries'] = Array.from({ length: 20_000 }, (_, index) => ({
      ...{ remediationId: noise(`r ${index}`, 64), action: 'scale', resource: 'auto-scaling-group:web' },
      ...{ kind: 'action', units: 1, at: NOW, result: 'failed' },
    }));
    const ledger = { item: { entries }, revision: 0, environment: 'shop' };
    await expect(largestItem({ ledger })).rejects.toThrow('larger than a stored item may be');
  });
});
