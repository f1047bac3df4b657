import { describe, expect, it } from 'vitest';
import { assessBreach } from '../../../../core/forecasts/breach/assess-breach.ts';
import { ensembleBackend } from '../../../../core/forecasts/ensemble-backend.ts';
import type { BackendRequest, ForecastBackend } from '../../../../core/forecasts/ports.ts';
import type { ResolvedThreshold } from '../../../../core/forecasts/resolved-threshold.ts';
import { explainWarnings } from '../../../../core/forecasts/runs/explain-warnings.ts';
import type { TargetOutcome } from '../../../../core/forecasts/runs/forecast-targets.ts';
import { forecastFrom } from '../../../../core/forecasts/runs/prepare-series.ts';
import type { PredictedBreach } from '../../../../core/forecasts/target-forecast.ts';
import type { WarningReason } from '../../../../core/forecasts/warning.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { climb, weekOf } from '../engine/continuation/ramp-series.ts';

const NOW = 1_789_344_000_000;
const THRESHOLD: ResolvedThreshold = { direction: 'above', limit: 80, source: 'fixed' };
const ELAPSED = 3;

/** A target on a climb, whose warning was last announced `ago` milliseconds before this run. */
const outcomeOf = async (reason: WarningReason = 'raised', ago = 0) => {
  const history = { start: 1_788_739_200, stepSeconds: 300, values: weekOf(climb(5, 7)) };
  const request = { itemId: 'web-1/cpu', history, horizon: 96 + ELAPSED };
  const [result] = await ensembleBackend.forecast([request]);
  if (result === undefined || 'error' in result) throw new Error('expected a forecast');
  const breach = assessBreach(forecastFrom(result.forecast, ELAPSED), THRESHOLD, history);
  const predicted: PredictedBreach = {
    ...{ tenantId: 'acme', targetId: 'web-1', metric: 'cpu', profile: 'web', runId: 'r', issuedAt: NOW },
    ...{ risk: 50, threshold: THRESHOLD, breach, expectedPeak: 99, explanation: null },
    warning: {
      ...{ severity: 'warning', since: NOW - ago, lessSince: { warning: null, critical: null } },
      announced: { at: NOW - ago, reason },
    },
  };
  const series = {
    ...{ request, forecast: result.forecast, threshold: THRESHOLD, isDivided: false, expectedPeak: 99 },
    probability: breach.probability,
  };
  const asked = { itemId: 'web-1/cpu', ...(result.state !== undefined && { state: result.state }) };
  const outcome: TargetOutcome = {
    ...{ targetId: 'web-1', series: 1, failures: [], faults: [], breaches: [predicted] },
    forecast: { tenantId: 'acme', targetId: 'web-1', runId: 'r', issuedAt: NOW, metrics: [] },
    explainable: new Map([['cpu', { series, asked, elapsed: ELAPSED }]]),
  };
  return { outcome, predicted };
};

const world = (msLeft = 300_000, backend: ForecastBackend = ensembleBackend, left = 50) => {
  const { telemetry, counts } = recordedTelemetry();
  const asked: BackendRequest[] = [];
  const recording: ForecastBackend = {
    name: 'recording',
    forecast: (requests) => {
      asked.push(...requests);
      return backend.forecast(requests);
    },
  };
  return { deps: { backend: recording, telemetry, timeLeft: () => msLeft, budget: { left } }, asked, counts };
};

const explained = async (
  given: Awaited<ReturnType<typeof outcomeOf>>,
  { deps }: Pick<ReturnType<typeof world>, 'deps'>,
  before: readonly PredictedBreach[] = [],
) => {
  const done = await explainWarnings(deps, given.outcome, new Map(before.map((each) => [each.metric, each])));
  expect(done.explainable).toBeUndefined();
  return done.breaches[0]?.explanation ?? null;
};

const EARLIER = {
  issuedAt: NOW - 3_600_000,
  reasons: [{ kind: 'usual-level' as const, share: 100, text: 'as usual' }],
  counterfactual: null,
};

describe('the explanation of a warning', () => {
  it('is made by the run that announces it, from the learned state of the series', async () => {
    const { deps, asked } = world();
    const found = await explained(await outcomeOf(), { deps });
    expect(found).toMatchObject({
      issuedAt: NOW,
      reasons: [{ kind: 'recent-climb' }, { kind: 'usual-level' }],
    });
    expect(new Set(asked.map(({ itemId }) => itemId)).size).toBe(asked.length);
    expect(asked.every(({ state, horizon }) => state !== undefined && horizon === 99)).toBe(true);
  });

  it('stays that of an earlier run while the warning stands, and is gone with it', async () => {
    const given = await outcomeOf('raised', 3_600_000);
    const last = { ...given.predicted, explanation: EARLIER };
    const { deps, asked } = world();
    expect(await explained(given, { deps }, [last])).toEqual(EARLIER);
    const { breaches } = await explainWarnings(deps, given.outcome, new Map([['cpu', last]]));
    expect(breaches[0]?.explanation?.reasons).toEqual(EARLIER.reasons);
    expect(await explained(await outcomeOf('ended'), { deps })).toBeNull();
    expect(asked).toEqual([]);
  });

  it('is made later if the run that announced it had no time', async () => {
    const given = await outcomeOf('raised', 3_600_000);
    const last = { ...given.predicted, explanation: EARLIER };
    const { deps, asked } = world();
    const other = { ...last, warning: { ...last.warning!, since: NOW - 7_200_000 } };
    expect(await explained(given, { deps }, [other])).toMatchObject({ issuedAt: NOW });
    expect(await explained(given, { deps }, [given.predicted])).toMatchObject({ issuedAt: NOW });
    expect(deps.budget.left).toBe(48);
    expect(asked.length).toBeGreaterThan(0);
  });

  it.each([
    ['there is no time', world(60_000), 0],
    ['the batch explained enough', world(300_000, ensembleBackend, 0), 0],
    [
      'the forecasts fail',
      world(300_000, { name: 'down', forecast: () => Promise.reject(new Error('down')) }),
      1,
    ],
    [
      'a forecast fails',
      world(300_000, {
        name: 'bad',
        forecast: async (requests) => requests.map(({ itemId }) => ({ itemId, error: new Error('bad') })),
      }),
      1,
    ],
  ])('is that of an earlier run, or none, if %s', async (_, { deps, counts }, failures) => {
    const given = await outcomeOf('reminder');
    expect(await explained(given, { deps })).toBeNull();
    expect(await explained(given, { deps }, [{ ...given.predicted, explanation: EARLIER }])).toEqual(EARLIER);
    expect(counts.ExplanationFailed ?? 0).toBe(2 * failures);
  });
});
