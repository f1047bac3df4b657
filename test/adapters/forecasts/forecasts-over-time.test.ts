/** The stores of forecasts over several runs. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { dynamoBreachStore } from '../../../adapters/forecasts/breach-store.ts';
import { dynamoForecastStore } from '../../../adapters/forecasts/forecast-store.ts';
import { dynamoRunStore } from '../../../adapters/forecasts/run-store.ts';
import type { ForecastRun } from '../../../core/forecasts/forecast-run.ts';
import type { BreachFilter } from '../../../core/forecasts/ports.ts';
import { newRun } from '../../../core/forecasts/runs/sum-results.ts';
import type { PredictedBreach } from '../../../core/forecasts/target-forecast.ts';
import { ConflictError, DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { sampleMetric, sampleTarget } from '../../unit/forecasts/codec/forecast-samples.ts';
import { itemsOf } from '../../walk-pages.ts';

const NOW = 1_795_255_500;
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
const { table, mock, reset } = memoryDynamo(client, {
  ...{ indexes: { byRisk: { partition: 'riskPk', sort: 'risk' } }, pageItems: 4 },
});
let now = NOW;
let counts: Record<string, number> = {};
const options = {
  ...{ client, tableName: 'forecasts', now: () => now * 1000 },
  telemetry: {
    count: (outcome: string) => {
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    },
    error: () => {},
  },
};
const throttled = Object.assign(new Error('slow'), { name: 'ThrottlingException' });

beforeEach(() => {
  reset();
  now = NOW;
  counts = {};
});

describe('predicted breaches', () => {
  const store = dynamoBreachStore(options);
  const breach = (
    targetId: string,
    metric: string,
    over: Partial<PredictedBreach> = {},
    probability = 0.25,
  ): PredictedBreach => {
    const { threshold, breach: odds } = sampleMetric(metric);
    return {
      ...{ tenantId: 'acme', targetId, metric, profile: 'web', runId: 'r', issuedAt: NOW * 1000 },
      ...{
        risk: 40,
        threshold,
        breach: { ...odds, probability },
        expectedPeak: 1e200,
        warning: null,
        explanation: null,
      },
      ...over,
    };
  };
  const walk = (filter: BreachFilter, limit: number) =>
    itemsOf((page) => store.list('acme', filter, page), limit);
  const names = (breaches: readonly PredictedBreach[]) =>
    breaches.map(({ targetId, metric }) => `${targetId} ${metric}`);

  const lifetime = (listedUntil: number) => ({ listedUntil, expiresAt: NOW + 600 });
  /** Stores the breaches of a run, which differ from the earlier ones by `remove`. */
  const runAt = (
    at: number,
    targetId: string,
    put: readonly PredictedBreach[],
    remove: readonly string[] = [],
  ) => {
    const issuedAt = at * 1000;
    const dated = put.map((one) => ({ ...one, issuedAt }));
    return store.change({ tenantId: 'acme', targetId, issuedAt }, { put: dated, remove }, lifetime(NOW + 10));
  };

  it('of a target are those that its last run kept', async () => {
    await runAt(NOW, 'web-1', [breach('web-1', 'cpu'), breach('web-1', 'disk')]);
    await runAt(NOW, 'web-2', [breach('web-2', 'cpu')]);
    await runAt(NOW + 1, 'web-1', [breach('web-1', 'disk', { risk: 50 })], ['cpu', 'never-stored']);
    expect(names(await walk({}, 10))).toEqual(['web-1 disk', 'web-2 cpu']);
    expect([...(await store.stored('acme', 'web-1')).keys()]).toEqual(['disk']);
    await runAt(NOW + 2, 'web-1', [], ['disk']);
    expect(names(await walk({}, 10))).toEqual(['web-2 cpu']);
  });

  it('of a newer run survive an older one that ends later', async () => {
    await runAt(NOW + 20, 'web-1', [breach('web-1', 'cpu', { runId: 'newer' })]);
    await runAt(NOW + 10, 'web-1', [breach('web-1', 'cpu', { runId: 'older' })]);
    await runAt(NOW + 10, 'web-1', [], ['cpu']);
    expect((await walk({}, 10)).map(({ runId }) => runId)).toEqual(['newer']);
  });

  it('of a target do not affect those of one with the same prefix', async () => {
    await runAt(NOW, 'web-10', [breach('web-10', 'cpu')]);
    expect([...(await store.stored('acme', 'web-1'))]).toEqual([]);
    expect([...(await store.stored('acme', 'web-10')).keys()]).toEqual(['cpu']);
  });

  it('are read by later runs for longer than they are listed', async () => {
    await store.change(breach('web-1', 'cpu'), { put: [breach('web-1', 'cpu')], remove: [] }, lifetime(NOW));
    expect(await walk({}, 10)).toEqual([]);
    expect([...(await store.stored('acme', 'web-1')).keys()]).toEqual(['cpu']);
  });

  it('are listed by risk, exactly those that the filter allows, for any page size', async () => {
    const one = fc.record({
      targetId: fc.constantFrom('web-1', 'web-2', 'web-3'),
      metric: fc.constantFrom('cpu', 'disk', 'memory', 'latency'),
      risk: fc.integer({ min: 0, max: 5 }),
      probability: fc.constantFrom(0.1, 0.5, 0.9),
      isExpired: fc.boolean(),
    });
    const filters = fc.record(
      {
        targetId: fc.constantFrom('web-1', 'web-2'),
        minProbability: fc.constantFrom(0.5, 0.9),
        severity: fc.constantFrom('info' as const, 'critical' as const),
      },
      { requiredKeys: [] },
    );
    const unique = fc.uniqueArray(one, {
      selector: ({ targetId, metric }) => targetId + metric,
      maxLength: 12,
    });
    const property = fc.asyncProperty(
      unique,
      filters,
      fc.integer({ min: 1, max: 5 }),
      async (given, filter, limit) => {
        reset();
        const kept = given.map(({ targetId, metric, risk, probability, isExpired }) => ({
          isExpired,
          breach: breach(targetId, metric, { risk }, probability),
        }));
        for (const targetId of ['web-1', 'web-2', 'web-3'])
          for (const isExpired of [true, false]) {
            const own = kept.filter(
              (each) => each.isExpired === isExpired && each.breach.targetId === targetId,
            );
            for (const { breach } of own) table.put(await itemOf(breach, isExpired ? NOW : NOW + 1), {});
          }
        const wanted = kept
          .filter((each) => !each.isExpired)
          .map((each) => each.breach)
          .filter(({ targetId }) => filter.targetId === undefined || targetId === filter.targetId)
          .filter((each) => each.breach.probability >= (filter.minProbability ?? 0))
          .filter((each) => filter.severity === undefined || each.breach.severity === filter.severity);
        const found = await walk(filter, limit);
        expect(names(found).sort()).toEqual(names(wanted).sort());
        found.forEach(({ risk }, i) => {
          if (i > 0) expect(risk).toBeLessThanOrEqual(found[i - 1]!.risk);
        });
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  /** The item that the store writes. */
  const itemOf = async (one: PredictedBreach, listedUntil: number) => {
    mock.resetHistory();
    const put = [{ ...one, tenantId: 'none' }];
    await store.change({ ...one, tenantId: 'none' }, { put, remove: [] }, lifetime(listedUntil));
    const item = mock.commandCalls(PutCommand).at(-1)?.args[0].input.Item ?? {};
    table.delete({ pk: item.pk, sk: item.sk }, {});
    return { ...item, pk: 'T#acme', riskPk: 'T#acme' };
  };

  it('that cannot be read are skipped and reported', async () => {
    await runAt(NOW, 'web-1', [breach('web-1', 'cpu'), breach('web-1', 'disk')]);
    table.put({ ...table.items[0], detail: '{' }, {});
    expect(names(await walk({}, 1))).toEqual(['web-1 disk']);
    expect(counts.ItemUnreadable).toBe(1);
  });

  it('are retriable if the table is throttled', async () => {
    mock.on(QueryCommand).rejects(throttled);
    await expect(store.list('acme', {}, { limit: 1 })).rejects.toThrow(
      'listing predicted breaches: Throttling',
    );
    await expect(store.stored('acme', 'web-1')).rejects.toThrow('reading predicted breaches: Throttling');
    reset();
    mock.on(PutCommand).rejects(throttled);
    await expect(runAt(NOW, 'web-1', [breach('web-1', 'cpu')])).rejects.toThrow(
      'storing predicted breaches: ThrottlingException',
    );
  });
});

describe('runs', () => {
  const store = dynamoRunStore(options);
  const run = (runId: string, over: Partial<ForecastRun> = {}): ForecastRun => ({
    ...newRun({ tenantId: 'acme', runId, trigger: 'api', startedAt: NOW * 1000 + 999 }),
    ...over,
  });

  it('are claimed once for each key, until the claim expires', async () => {
    expect(await store.claim('acme', 'k', 'r1', NOW + 60)).toBe('r1');
    expect(await store.claim('acme', 'k', 'r2', NOW + 60)).toBe('r1');
    expect(await store.claim('acme', 'other', 'r3', NOW + 60)).toBe('r3');
    expect(await store.claim('globex', 'k', 'r4', NOW + 60)).toBe('r4');
    now = NOW + 59;
    expect(await store.claim('acme', 'k', 'r5', NOW + 200)).toBe('r1');
    now = NOW + 60;
    expect(await store.claim('acme', 'k', 'r6', NOW + 200)).toBe('r6');
  });

  it('cannot be claimed while another claim is made and released', async () => {
    await store.claim('acme', 'k', 'r1', NOW + 60);
    mock.on(GetCommand).resolves({});
    const claiming = store.claim('acme', 'k', 'r2', NOW + 60);
    await expect(claiming).rejects.toThrow(ConflictError);
    await expect(claiming).rejects.toThrow('the key k was claimed and released in the meantime');
  });

  it('begin once and end as they were finished last', async () => {
    await store.begin(run('r1'));
    await store.begin(run('r1', { trigger: 'schedule' }));
    expect(await store.get('acme', 'r1')).toEqual(run('r1'));
    await store.finish(run('r1', { status: 'PARTIAL', finishedAt: NOW * 1000 }));
    expect(await store.get('acme', 'r1')).toMatchObject({ status: 'PARTIAL', finishedAt: NOW * 1000 });
    await store.begin(run('r1'));
    expect(await store.get('acme', 'r1')).toMatchObject({ status: 'PARTIAL' });
    expect(await store.get('globex', 'r1')).toBeUndefined();
    expect(table.items[0]?.expiresAt).toBe(NOW + 90 * 86_400);
  });

  it('are listed newest first, without their claims, over several pages', async () => {
    for (let i = 1; i <= 9; i++) await store.begin(run(`2026-11-2${i}`));
    await store.claim('acme', 'k', 'r1', NOW + 60);
    const runs = await itemsOf((page) => store.list('acme', page), 2);
    expect(runs.map(({ runId }) => runId)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].map((i) => `2026-11-2${i}`));
  });

  it('that cannot be read are an error if read alone, and skipped in a list', async () => {
    await store.begin(run('r1'));
    await store.begin(run('r2'));
    table.put({ ...table.items[0], schemaVersion: 9 }, {});
    await expect(store.get('acme', 'r1')).rejects.toThrow('forecast run T#acme RUN#r1 cannot be read');
    expect((await store.list('acme', { limit: 5 })).items.map(({ runId }) => runId)).toEqual(['r2']);
    expect(counts.ItemUnreadable).toBe(1);
  });

  it('are retriable if the table is throttled', async () => {
    mock.on(PutCommand).rejects(throttled);
    mock.on(GetCommand).rejects(throttled);
    await expect(store.claim('acme', 'k', 'r', NOW)).rejects.toThrow('claiming a run: ThrottlingException');
    await expect(store.begin(run('r'))).rejects.toThrow('storing a run: ThrottlingException');
    await expect(store.finish(run('r'))).rejects.toThrow(DependencyUnavailableError);
    await expect(store.get('acme', 'r')).rejects.toThrow('reading a run: ThrottlingException');
  });
});

describe('a forecast', () => {
  const store = dynamoForecastStore(options);
  const of = (issuedAt: number, runId: string, metrics = ['cpu']) =>
    sampleTarget(metrics, { issuedAt, runId });
  const current = async () => (await store.get('acme', 'web-1'))?.runId;

  it('is that of the newest run, in any order of their ends', async () => {
    const runs = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 });
    const property = fc.asyncProperty(runs, async (issued) => {
      reset();
      for (const at of issued) await store.put(of(at, `r${at}`), NOW + 10);
      const { tenantId, targetId } = of(1, 'r');
      expect((await store.get(tenantId, targetId))?.runId).toBe(`r${Math.max(...issued)}`);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it('of two runs of the same moment is that of the later id, and a repeat replaces itself', async () => {
    const { tenantId, targetId } = of(1, 'r');
    const stored = async () => await store.get(tenantId, targetId);
    await store.put(of(5, 'b'), NOW + 10);
    await store.put(of(5, 'a'), NOW + 10);
    expect((await stored())?.runId).toBe('b');
    await store.put(of(5, 'b', ['cpu', 'disk']), NOW + 10);
    expect((await stored())?.metrics).toHaveLength(2);
  });

  it('is absent before the first run, for another tenant, and once it has expired', async () => {
    expect(await current()).toBeUndefined();
    const { tenantId, targetId } = of(1, 'r');
    await store.put(of(1, 'r'), NOW + 10);
    expect(await store.get('globex', targetId)).toBeUndefined();
    now = NOW + 9;
    expect(await store.get(tenantId, targetId)).toBeDefined();
    now = NOW + 10;
    expect(await store.get(tenantId, targetId)).toBeUndefined();
  });
});
