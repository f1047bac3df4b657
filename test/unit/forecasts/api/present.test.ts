import { describe, expect, it } from 'vitest';
import { Breach, presentBreach } from '../../../../core/forecasts/api/breaches.ts';
import {
  Forecast,
  Forecasts,
  presentForecast,
  presentForecasts,
} from '../../../../core/forecasts/api/forecasts.ts';
import { presentRun, Run } from '../../../../core/forecasts/api/runs.ts';
import { failureOf, newRun } from '../../../../core/forecasts/runs/sum-results.ts';
import { MAX_ANSWER_BYTES } from '../../../../core/platform/api/answer-size.ts';
import { sampleMetric, sampleTarget } from '../codec/forecast-samples.ts';

const issuedAt = Date.UTC(2026, 10, 21, 10, 5);

describe('API responses', () => {
  it('of a forecast keeps the levels in order after rounding', () => {
    const metric = sampleMetric('cpu_percent');
    const shown = presentForecast(sampleTarget(['cpu_percent']), metric);
    expect(Forecast.parse(shown)).toEqual(shown);
    const levels = Object.keys(shown.quantiles);
    expect(levels).toEqual(metric.forecast.quantileLevels.map(String));
    for (let h = 0; h < shown.horizon; h++) {
      const column = levels.map((level) => shown.quantiles[level]?.[h] ?? Number.NaN);
      expect(column).toEqual([...column].sort((a, b) => a - b));
      expect(column[4]).toBeCloseTo(metric.forecast.quantiles[4]?.[h] ?? 0, 4);
    }
  });

  it('of all forecasts of a target with 1,000 metrics name those that do not fit', () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `metric_${i}`);
    const shown = presentForecasts(sampleTarget(names));
    expect(Forecasts.parse(shown)).toEqual(shown);
    expect(Buffer.byteLength(JSON.stringify(shown))).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    expect([...shown.items.map(({ metric }) => metric), ...(shown.omitted ?? [])]).toEqual(names);
    expect(shown.omitted?.length).toBeGreaterThan(0);
    expect(presentForecasts(sampleTarget(names.slice(0, 9)))).not.toHaveProperty('omitted');
  });

  it('of a breach omits the tenant', () => {
    const { threshold, breach } = sampleMetric('cpu_percent');
    const shown = presentBreach({
      ...{ tenantId: 'acme', targetId: 'web-1', metric: 'cpu_percent', profile: 'web', runId: 'r', issuedAt },
      ...{ risk: 12.5, threshold, breach, expectedPeak: 99, warning: null, explanation: null },
    });
    expect(Breach.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({ target: 'web-1', probability: 0.25, issuedAt: '2026-11-21T10:05:00.000Z' });
    expect(JSON.stringify(shown)).not.toContain('acme');
  });

  it('of a run has an end, an error and failures only if they exist', () => {
    const run = newRun({ tenantId: 'acme', runId: 'r', trigger: 'api', startedAt: issuedAt });
    expect(presentRun(run)).not.toHaveProperty('finishedAt');
    const failures = [failureOf('t', 'm', 'why'), failureOf('t', undefined, 'why')];
    const done = presentRun({
      ...run,
      status: 'PARTIAL',
      finishedAt: issuedAt + 1,
      error: '1 of 2',
      failures,
    });
    expect(Run.parse(done)).toEqual(done);
    expect(done).toMatchObject({
      finishedAt: '2026-11-21T10:05:00.001Z',
      error: '1 of 2',
      failures: [
        { target: 't', metric: 'm', reason: 'why' },
        { target: 't', reason: 'why' },
      ],
    });
  });
});
