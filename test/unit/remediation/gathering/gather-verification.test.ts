import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ForecastEvidence } from '../../../../core/remediation/gathering/forecast-paths.ts';
import { gatherVerification } from '../../../../core/remediation/gathering/gather-verification.ts';
import type { RemediationPlan } from '../../../../core/remediation/plan.ts';
import type { Remediation } from '../../../../core/remediation/remediation.ts';
import { VerificationInputs } from '../../../../core/remediation/verification/verification-inputs.ts';
import { verify } from '../../../../core/remediation/verification/verify.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import {
  memoryDecisionInputs,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { NOW, samplePlan, sampleRemediation } from '../stored-samples.ts';
import { policy, TENANT } from './gathering-world.ts';

const METRIC = 'cpu_percent';
const BEGAN = NOW - 1800;
const DONE = NOW - 1700;
const HOUR = 3600;

type Points = readonly (readonly [at: number, value: number])[];

/** One point each `step` seconds in `[from, to]`. */
const every = (step: number, from: number, to: number, value = 50): Points =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, n) => [from + n * step, value] as const);

const EVIDENCE: ForecastEvidence = {
  ...{ metric: METRIC, troubleSince: NOW - 4000, threshold: null, model: 'm' },
  paths: [
    {
      targetId: 'web-1',
      path: {
        ...{ issuedAt: BEGAN - 60, start: BEGAN, stepSeconds: 300, levels: [0.1, 0.5, 0.9] },
        ...{ quantiles: [[1], [2], [3]], breachProbability: 0.9 },
      },
    },
  ],
};

interface Given {
  readonly metrics?: Readonly<Record<string, Readonly<Record<string, Points>>>>;
  readonly problem?: Partial<RemediationPlan['problem']>;
  readonly run?: Partial<Remediation>;
  readonly evidence?: object;
  readonly targets?: readonly ReturnType<typeof watched>[];
  readonly now?: number;
  readonly hasPolicy?: boolean;
}

const gather = async (given: Given = {}) => {
  const { metrics = { 'acme web-1': { [METRIC]: every(60, NOW - 7 * HOUR, NOW) } } } = given;
  const inputs = memoryDecisionInputs();
  const evidenceHash =
    given.evidence && (await inputs.put(TENANT, JSON.parse(JSON.stringify(given.evidence))));
  const memory = remediationMemory();
  if (given.hasPolicy ?? true) memory.of(TENANT).policy = { item: policy, revision: 1 };
  const plan = samplePlan();
  const problem = { ...plan.problem, metric: METRIC, ...given.problem };
  const run = sampleRemediation({
    ...{ status: 'verifying', plan: { ...plan, problem }, evidenceHash: evidenceHash ?? null },
    execution: { before: {}, beganAt: BEGAN, doneAt: DONE, undo: null },
    ...given.run,
  });
  const deps = {
    ...{ store: memoryRemediationStore(memory), inputs, blocks: memoryBlocks(metrics) },
    registry: memoryRegistry(given.targets ?? [watched('web-1'), watched('web-9')]),
    pace: { secondsPerMinute: 60, checkSeconds: 15 },
  };
  return gatherVerification(deps, run, given.now ?? NOW);
};

/** As the record takes it. */
const gathered = async (given: Given = {}) => VerificationInputs.parse(await gather(given));

describe('the verification of an action', () => {
  it('rests on points from six hours before it until now, and on the forecast from before it', async () => {
    const inputs = await gathered({ evidence: EVIDENCE });
    const { targets, peers, ...rest } = inputs;
    expect(rest).toEqual({
      ...{ now: NOW, troubleSince: NOW - 4000, beganAt: BEGAN, doneAt: DONE, settleSeconds: 600 },
      ...{ deadline: DONE + 600 + 1800, stepSeconds: 60, metric: METRIC },
      harm: { direction: 'above', limit: 95 },
    });
    expect(targets).toMatchObject([{ targetId: 'web-1', forecast: EVIDENCE.paths[0]!.path }]);
    expect(targets[0]!.points.at(0)!.at).toBe(BEGAN - 6 * HOUR);
    expect(targets[0]!.points.at(-1)).toEqual({ at: NOW, value: 50 });
    expect(peers).toEqual([{ targetId: 'web-9', forecast: null, points: [] }]);
  });

  it('never uses a point from outside that time, or from the future', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: -8 * HOUR, max: 2 * HOUR }), async (shift) => {
        const points = every(60, NOW - HOUR + shift, NOW + shift);
        const { targets } = await gathered({ metrics: { 'acme web-1': { [METRIC]: points } } });
        for (const { at } of targets[0]!.points) {
          expect(at).toBeGreaterThanOrEqual(BEGAN - 6 * HOUR);
          expect(at).toBeLessThanOrEqual(NOW);
        }
      }),
      { numRuns: 50 },
    ));

  it('shows a gap as missing values', async () => {
    const points = [...every(60, NOW - 2 * HOUR, NOW - 600), ...every(60, NOW - 120, NOW)];
    const { targets } = await gathered({ metrics: { 'acme web-1': { [METRIC]: points } } });
    const missing = targets[0]!.points.filter(({ value }) => value === null);
    expect(missing.map(({ at }) => NOW - at)).toEqual([540, 480, 420, 360, 300, 240, 180]);
  });

  it.each([
    ['there are none', {}],
    ['there is only one', { 'acme web-1': { [METRIC]: [[NOW - 60, 50]] } }],
    ['they are of another metric', { 'acme web-1': { memory_percent: every(60, NOW - HOUR, NOW) } }],
    ['they are of another tenant', { 'globex web-1': { [METRIC]: every(60, NOW - HOUR, NOW) } }],
    ['none is a number', { 'acme web-1': { [METRIC]: every(60, NOW - HOUR, NOW, Number.NaN) } }],
    ['they ended before the action', { 'acme web-1': { [METRIC]: every(60, NOW - 5 * HOUR, BEGAN - 60) } }],
  ] satisfies [string, Given['metrics']][])('claims no success if of the points %s', async (_, metrics) => {
    const waiting = await gathered({ metrics, evidence: EVIDENCE });
    expect(waiting.targets[0]!.points.filter(({ at }) => at > DONE)).toEqual([]);
    expect(verify(waiting)).toHaveProperty('waitSeconds');
    const late = await gathered({ metrics, evidence: EVIDENCE, now: NOW + 24 * HOUR });
    expect(verify(late)).toMatchObject({ verdict: 'unproven' });
  });

  it('has no points of a target that is not known', async () => {
    const { targets } = await gathered({ targets: [] });
    expect(targets[0]!.points).toEqual([]);
  });

  it('waits for slow metrics longer', async () => {
    const points = every(900, NOW - 7 * HOUR, NOW);
    const inputs = await gathered({ metrics: { 'acme web-1': { [METRIC]: points } } });
    expect(inputs).toMatchObject({ stepSeconds: 900, deadline: DONE + 600 + 12 * 900 });
  });

  it('has rates of counters', async () => {
    const total = every(60, NOW - HOUR, NOW).map(([at], n) => [at, 120 * n] as const);
    const target = watched('web-1', { metrics: { [METRIC]: { kind: 'counter', unit: '' } } });
    const inputs = await gathered({ metrics: { 'acme web-1': { [METRIC]: total } }, targets: [target] });
    expect(new Set(inputs.targets[0]!.points.map(({ value }) => value))).toEqual(new Set([2]));
  });
});

describe('what is compared', () => {
  it('begins at the beginning of the run if no forecasts were recorded', async () => {
    const inputs = await gathered();
    expect(inputs).toMatchObject({ troubleSince: NOW, targets: [{ forecast: null }] });
  });

  it('has no forecast if the recorded ones are gone', async () => {
    const inputs = await gathered({ run: { evidenceHash: 'f'.repeat(64) } });
    expect(inputs.targets[0]!.forecast).toBeNull();
  });

  it('cannot be told from forecasts that cannot be read', async () => {
    await expect(gather({ evidence: { ...EVIDENCE, paths: 'none' } })).rejects.toMatchObject({
      ...{ name: 'InvalidInputError', message: expect.stringContaining('recorded for remediation r-1') },
    });
  });

  it('has no peers without a policy', async () => {
    expect((await gathered({ hasPolicy: false })).peers).toEqual([]);
  });
});

describe('the direction of harm', () => {
  const harmOf = async (metric: string, unit?: string) => {
    const metrics = { [metric]: { kind: 'gauge' as const, ...(unit === undefined ? {} : { unit }) } };
    const given = { problem: { metric, threshold: null }, targets: [watched('web-1', { metrics })] };
    return (await gather(given))?.harm ?? null;
  };

  it('is that of the limit', async () => {
    const threshold = { direction: 'below' as const, limit: 5 };
    expect((await gathered({ problem: { threshold } })).harm).toEqual(threshold);
  });

  it('is that of the metric if no limit is known', async () => {
    expect(await harmOf('cpu_percent', '%')).toEqual({ direction: 'above', limit: null });
    expect(await harmOf('FreeableMemory', 'Bytes')).toEqual({ direction: 'below', limit: null });
    expect(await harmOf('availability_percent', '%')).toEqual({ direction: 'below', limit: null });
    expect(await harmOf('widgets')).toEqual({ direction: 'above', limit: null });
  });

  it('is none for a metric that nobody needs to watch: nothing is verified by it', async () => {
    expect(await harmOf('node_memory_MemTotal_bytes')).toBeNull();
  });
});

describe('nothing is verified', () => {
  const { execution } = sampleRemediation();
  it.each([
    ['without a plan', { run: { plan: null } }],
    ['without an action', { run: { execution: null } }],
    ['before the action began', { run: { execution: { ...execution!, beganAt: null } } }],
    ['before the intended state was seen', { run: { execution: { ...execution!, doneAt: null } } }],
    ['without a metric', { problem: { metric: null } }],
  ] satisfies [string, Given][])('%s', async (_, given) => {
    expect(await gather(given)).toBeNull();
  });
});
