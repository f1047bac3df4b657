/** The stores of remediations keep their promises in memory as in DynamoDB and S3. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { dynamoDecisionStore } from '../../../adapters/remediation/decision-store.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { append } from '../../../core/remediation/audit/decision-chain.ts';
import { EMPTY_CHAIN, type NewDecision } from '../../../core/remediation/decision.ts';
import type {
  DecisionInputs,
  DecisionStore,
  RemediationStore,
  RemediationWrite,
} from '../../../core/remediation/ports.ts';
import { jsonHash } from '../../../core/shared/canonical-json.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import {
  memoryDecisionInputs,
  memoryDecisionStore,
  memoryRemediationStore,
  remediationMemory,
} from '../../fakes/remediation.ts';
import { memoryBucket } from '../../fakes/s3/memory-bucket.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { decision } from '../../unit/remediation/audit/decision-samples.ts';
import {
  NOW,
  sampleLedger,
  samplePolicy,
  sampleRemediation,
  sampleSwitch,
  sampleTrack,
} from '../../unit/remediation/stored-samples.ts';
import { itemsOf } from '../../walk-pages.ts';

interface Stores {
  readonly remediations: RemediationStore;
  readonly decisions: DecisionStore;
  readonly inputs: DecisionInputs;
}

const inMemory = (): Stores => {
  const memory = remediationMemory();
  return {
    remediations: memoryRemediationStore(memory),
    decisions: memoryDecisionStore(memory),
    inputs: memoryDecisionInputs(),
  };
};

const inAws = (): Stores => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  memoryDynamo(client);
  const s3 = new S3Client({ region: 'us-east-1' });
  memoryBucket(s3);
  const { telemetry } = recordedTelemetry();
  const table = { client, tableName: 'remediations', now: () => NOW * 1000, telemetry };
  return {
    remediations: dynamoRemediationStore(table),
    decisions: dynamoDecisionStore(table),
    inputs: s3DecisionInputs({ client: s3, bucketName: 'decisions' }),
  };
};

const step = (over: Partial<RemediationWrite> = {}): RemediationWrite => ({
  ...{ tenantId: 'acme', head: EMPTY_CHAIN, decisions: [decision()] },
  ...over,
});

/** Appends decisions wherever the chain ends. */
const appendAll = async ({ remediations }: Stores, decisions: readonly NewDecision[], tenantId = 'acme') => {
  const { head } = await remediations.state(tenantId);
  const written = await remediations.commit(step({ tenantId, head, decisions }));
  if (written === undefined) throw new Error('lost a race without a rival');
  return written;
};

describe.each([
  ['in memory', inMemory],
  ['in AWS', inAws],
])('stores %s', (_, make) => {
  it('of a tenant without anything are empty', async () => {
    const { remediations, decisions, inputs } = make();
    expect(await remediations.state('acme')).toEqual({
      policy: { item: undefined, revision: 0 },
      killSwitch: { item: undefined, revision: 0 },
      track: { item: { outcomes: [] }, revision: 0 },
      head: EMPTY_CHAIN,
    });
    expect(await remediations.get('acme', 'r-1')).toBeUndefined();
    expect(await remediations.ledger('acme', 'shop')).toEqual({ item: { entries: [] }, revision: 0 });
    expect(await remediations.list('acme', { limit: 5 })).toEqual({ items: [], nextCursor: undefined });
    expect(await decisions.head('acme')).toEqual(EMPTY_CHAIN);
    expect(await inputs.get('acme', jsonHash(1))).toBeUndefined();
  });

  it('keep everything of one step, with the next revision of each item', async () => {
    const { remediations, decisions } = make();
    const written = await remediations.commit(
      step({
        remediation: { item: sampleRemediation(), revision: 0 },
        ledger: { item: sampleLedger, revision: 0, environment: 'shop' },
        track: { item: sampleTrack, revision: 0 },
        policy: { item: samplePolicy, revision: 0 },
        killSwitch: { item: sampleSwitch, revision: 0 },
      }),
    );
    expect(written).toEqual(append('acme', EMPTY_CHAIN, [decision()]));
    expect(await remediations.get('acme', 'r-1')).toEqual({ item: sampleRemediation(), revision: 1 });
    expect(await remediations.ledger('acme', 'shop')).toEqual({ item: sampleLedger, revision: 1 });
    expect(await remediations.ledger('acme', 'other')).toMatchObject({ revision: 0 });
    const head = { sequence: 1, hash: written?.[0]?.hash };
    expect(await remediations.state('acme')).toEqual({
      policy: { item: samplePolicy, revision: 1 },
      killSwitch: { item: sampleSwitch, revision: 1 },
      track: { item: sampleTrack, revision: 1 },
      head,
    });
    expect(await decisions.head('acme')).toEqual(head);
  });

  const stale: readonly [string, (revision: number) => Partial<RemediationWrite>][] = [
    ['a remediation', (revision) => ({ remediation: { item: sampleRemediation(), revision } })],
    ['a ledger', (revision) => ({ ledger: { item: sampleLedger, revision, environment: 'shop' } })],
    ['a track record', (revision) => ({ track: { item: sampleTrack, revision } })],
    ['a policy', (revision) => ({ policy: { item: samplePolicy, revision } })],
    ['a kill switch', (revision) => ({ killSwitch: { item: sampleSwitch, revision } })],
  ];
  it.each(stale)('write nothing of a step if %s is not as it was read', async (_name, at) => {
    const { remediations, decisions } = make();
    const [first] = (await remediations.commit(step(at(0)))) ?? [];
    const head = { sequence: 1, hash: first?.hash ?? '' };
    const other = { remediation: { item: sampleRemediation({ remediationId: 'r-2' }), revision: 0 } };
    for (const revision of [0, 2])
      expect(await remediations.commit(step({ ...other, head, ...at(revision) }))).toBeUndefined();
    expect(await remediations.get('acme', 'r-2')).toBeUndefined();
    expect(await decisions.head('acme')).toEqual(head);
    expect(await remediations.commit(step({ head, ...at(1) }))).toHaveLength(1);
  });

  it('write nothing of a step that follows another decision than the last, even without decisions', async () => {
    const stores = make();
    await appendAll(stores, [decision()]);
    const { remediations } = stores;
    const { head } = await remediations.state('acme');
    const remediation = { item: sampleRemediation(), revision: 0 };
    const ends = [EMPTY_CHAIN, { ...head, hash: 'f'.repeat(64) }, { ...head, sequence: 2 }];
    for (const end of ends)
      for (const decisions of [[], [decision()]])
        expect(await remediations.commit(step({ head: end, decisions, remediation }))).toBeUndefined();
    expect(await remediations.get('acme', 'r-1')).toBeUndefined();
    expect(await remediations.commit(step({ head, decisions: [], remediation }))).toEqual([]);
    expect(await stores.decisions.head('acme')).toEqual(head);
  });

  it('take steps without decisions before the first decision', async () => {
    const stores = make();
    const remediation = { item: sampleRemediation(), revision: 0 };
    expect(await stores.remediations.commit(step({ decisions: [], remediation }))).toEqual([]);
    expect(await stores.remediations.commit(step({ decisions: [] }))).toEqual([]);
    expect(await appendAll(stores, [decision()])).toMatchObject([{ sequence: 1 }]);
  });

  it('let one of several writers win that read the same state', async () => {
    const stores = make();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => stores.remediations.commit(step())));
    expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
    expect(await stores.decisions.head('acme')).toMatchObject({ sequence: 1 });
  });

  it('refuse what could not be read back', async () => {
    const { remediations } = make();
    const remediation = { item: sampleRemediation({ explanation: 7 as never }), revision: 0 };
    await expect(remediations.commit(step({ remediation }))).rejects.toThrow();
    expect(await remediations.get('acme', 'r-1')).toBeUndefined();
  });

  it('list remediations once each, the newest first, for any page size', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 });
    const property = fc.asyncProperty(times, fc.integer({ min: 1, max: 5 }), async (ago, limit) => {
      const { remediations } = make();
      const ids: (readonly [number, string])[] = [];
      for (const [index, seconds] of ago.entries()) {
        const id = `r-${String(index).padStart(2, '0')}`;
        const item = sampleRemediation({ remediationId: id, startedAt: NOW - seconds });
        const { head } = await remediations.state('acme');
        await remediations.commit(step({ head, remediation: { item, revision: 0 } }));
        ids.push([NOW - seconds, id]);
      }
      const wanted = ids.toSorted(([a, x], [b, y]) => b - a || (x < y ? 1 : -1)).map(([, id]) => id);
      const found = await itemsOf((page) => remediations.list('acme', page), limit);
      expect(found.map(({ remediationId }) => remediationId)).toEqual(wanted);
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it('list remediations in their present state', async () => {
    const stores = make();
    const { remediations } = stores;
    await remediations.commit(step({ remediation: { item: sampleRemediation(), revision: 0 } }));
    const { head } = await remediations.state('acme');
    const ended = sampleRemediation({ status: 'succeeded', endedAt: NOW + 9 });
    await remediations.commit(step({ head, remediation: { item: ended, revision: 1 } }));
    expect((await remediations.list('acme', { limit: 5 })).items).toEqual([ended]);
  });

  it('list decisions in the order of the chain, from any place', async () => {
    const stores = make();
    const first = await appendAll(stores, [decision(), decision({ kind: 'approved' })]);
    const second = await appendAll(stores, [decision({ kind: 'action-begun' })]);
    const all = [...first, ...second];
    const walk = (after: number, limit: number) =>
      itemsOf((page) => stores.decisions.list('acme', { ...page, after }), limit);
    for (const limit of [1, 2, 5])
      for (const after of [0, 1, 2, 3]) expect(await walk(after, limit)).toEqual(all.slice(after));
    expect((await stores.decisions.list('acme', { limit: 5 })).items).toEqual(all);
  });

  it('find the decisions about a remediation, not those about others whose ids start alike', async () => {
    const stores = make();
    const others = [null, 'r', 'r-1#', 'r-1#000000000001', 'r-2'];
    for (const remediationId of ['r-1', ...others]) await appendAll(stores, [decision({ remediationId })]);
    await appendAll(stores, [decision({ kind: 'closed' })]);
    const found = await stores.decisions.ofRemediation('acme', 'r-1');
    expect(found.map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [1, 'plan-chosen'],
      [7, 'closed'],
    ]);
    expect(await stores.decisions.ofRemediation('globex', 'r-1')).toEqual([]);
  });

  it('keep inputs under their hash, whatever the order of their keys', async () => {
    const { inputs } = make();
    const hash = await inputs.put('acme', { b: [1, null], a: { y: 'é', x: true } });
    expect(hash).toBe(jsonHash({ a: { x: true, y: 'é' }, b: [1, null] }));
    expect(await inputs.put('acme', { a: { x: true, y: 'é' }, b: [1, null] })).toBe(hash);
    expect(await inputs.get('acme', hash)).toEqual({ b: [1, null], a: { y: 'é', x: true } });
    expect(await inputs.get('globex', hash)).toBeUndefined();
  });
});
