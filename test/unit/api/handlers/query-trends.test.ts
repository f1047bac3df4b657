import { describe, expect, it } from 'vitest';
import { Trends } from '../../../../core/forecasts/api/trends.ts';
import { NotFoundError } from '../../../../core/platform/api/errors.ts';
import { Settings } from '../../../../core/platform/settings/settings.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { getTrends } from '../../../../functions/api/query-api/trend-queries.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { callRoute } from '../../../fixtures/http-routes.ts';
import { noise } from '../../forecasts/engine/sample-series.ts';

const NOW = 1_795_255_200;
const HOURS = 35 * 24;
type Points = readonly (readonly [number, number])[];
const hourly = (valueAt: (hour: number) => number): Points =>
  Array.from({ length: HOURS }, (_, h) => [NOW - (HOURS - h) * 3600, valueAt(h)] as const);

const metrics = {
  cpu_percent: { kind: 'gauge', unit: '%' },
  memory: { kind: 'gauge' },
  orders: { kind: 'delta' },
  uptime: { kind: 'counter' },
  silent: { kind: 'gauge' },
} as const;
const answerWith = (readings: readonly object[] = []) =>
  getTrends({
    settings: memorySettings({ acme: Settings.parse({ version: 1, readings }) }),
    registry: memoryRegistry([watched('web-1', { metrics }), watched('theirs', { tenantId: 'globex' })]),
    blocks: memoryBlocks({
      'acme web-1': {
        cpu_percent: hourly((h) => 40 + h / 60 + noise(h)),
        memory: hourly((h) => 30 + (h % 120) / 10 + noise(h) / 10),
        orders: hourly((h) => 100 + noise(h)),
        uptime: hourly((h) => 3600 * (h % 120)),
      },
    }),
  });
const ask = (query: object, targetId = 'web-1', readings: readonly object[] = []) =>
  callRoute(answerWith(readings), { query, params: { targetId } }, NOW);

describe('GET /v1/targets/{id}/trends', () => {
  it('returns the trends of the stored points', async () => {
    const report = await ask({ metric: 'cpu_percent' });
    expect(Trends.strict().safeParse(report).error).toBeUndefined();
    expect(report).toMatchObject({ target: 'web-1', metric: 'cpu_percent', stepSeconds: 3600 });
    // Percentages run out at 100: 54 after 35 days at 0.4 a day.
    const { trends, runOut, to } = Trends.parse(report);
    expect(trends.map(({ days }) => days)).toEqual([30, 35]);
    expect((Date.parse(runOut!.middle!) - Date.parse(to)) / 86_400_000).toBeCloseTo(115, -1);
  });

  it('accepts another capacity, and detects leaks with an uptime that is a counter', async () => {
    const report = Trends.parse(await ask({ metric: 'memory', capacity: '200', uptime: 'uptime' }));
    expect(report.leak).toMatchObject({ leaking: true });
    expect(report.runOut).not.toBeNull();
    expect(Trends.parse(await ask({ metric: 'memory' }))).toMatchObject({ runOut: null, leak: null });
  });

  it("forecasts the next day's total of values that add up", async () => {
    const report = Trends.parse(await ask({ metric: 'orders' }));
    expect(report.nextDay!.p50).toBeCloseTo(2400, -2);
    expect(Trends.parse(await ask({ metric: 'memory' })).nextDay).toBeNull();
  });

  it("reads the metric as the tenant's settings say", async () => {
    const asCounter = await ask({ metric: 'uptime' }, 'web-1', [{ metric: 'uptime', kind: 'gauge' }]);
    expect(Trends.parse(asCounter).trends).not.toEqual(Trends.parse(await ask({ metric: 'uptime' })).trends);
    const percent = { metric: 'memory', scale: 'percent' } as const;
    expect(Trends.parse(await ask({ metric: 'memory' }, 'web-1', [percent])).runOut).not.toBeNull();
    const free = { metric: 'cpu_percent', measures: 'free' } as const;
    const whole = Trends.parse(await ask({ metric: 'cpu_percent' }, 'web-1', [free])).runOut;
    expect(whole).not.toEqual(Trends.parse(await ask({ metric: 'cpu_percent' })).runOut);
    const summed = await ask({ metric: 'memory' }, 'web-1', [
      { target: 'web-1', metric: 'memory', kind: 'delta' },
    ]);
    expect(Trends.parse(summed).nextDay).not.toBeNull();
    const others = [{ target: 'db-1', metric: 'memory', kind: 'delta' }];
    expect(Trends.parse(await ask({ metric: 'memory' }, 'web-1', others)).nextDay).toBeNull();
  });

  it.each([
    ['an unknown target', { metric: 'memory' }, 'nowhere'],
    ["another tenant's target", { metric: 'cpu_percent' }, 'theirs'],
    ['an unknown metric', { metric: 'nothing' }, 'web-1'],
    ['a metric of which nothing is stored', { metric: 'silent' }, 'web-1'],
    ['an unknown uptime', { metric: 'memory', uptime: 'nothing' }, 'web-1'],
  ])('does not find %s', async (_, query, targetId) => {
    await expect(ask(query, targetId)).rejects.toThrow(NotFoundError);
  });

  it('rejects a malformed request', async () => {
    for (const query of [{}, { metric: 'memory', capacity: 'full' }, { metric: 'memory', days: '3' }])
      await expect(ask(query)).rejects.toThrow(InvalidInputError);
  });
});
