import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presentPerformance } from '../../../core/models/api/performance.ts';
import {
  addPerformance,
  NO_PERFORMANCE,
  reportPerformance,
} from '../../../core/models/performance/report-performance.ts';
import { sampleRow } from '../models/scoring/sample-scores.ts';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const dayOf = (day: string, seed: number) => ({
  ...{ day, runs: [], series: [] },
  rows: [
    sampleRow(seed),
    sampleRow(seed, { metric: 'memory' }),
    sampleRow(seed, { model: 'ensemble-2.0.0' }),
  ],
});
const days = [dayOf('2026-11-28', 1), dayOf('2026-11-30', 2)];
const sums = days.reduce((all, day) => addPerformance(all, day, { modelId: 'ensemble' }), NO_PERFORMANCE);
const items = reportPerformance(sums).map(presentPerformance);
const omitting = items.map((item) => ({ ...item, metricsOmitted: 7, days: item.days.slice(0, 1) }));

const api = new FakeApi({
  'GET /v1/models/ensemble/performance': () => ({ body: { items } }),
  'GET /v1/models/ensemble-1.1.0/performance': () => ({ body: { items: omitting.slice(0, 1) } }),
});
let connection: Record<string, string>;
const cli = (...args: string[]) => runCli(['models', 'performance', ...args], { env: connection });

beforeAll(async () => {
  connection = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'fsk_k' };
});
afterAll(() => api.stop());

describe('forestall models performance', () => {
  it('prints tables by metric and age, the loss by day and its trend, for each version', async () => {
    const { out } = await cli();
    expect(out).toContain('ensemble-1.1.0: 4 forecasts scored');
    expect(out).toContain('ensemble-2.0.0: 2 forecasts scored');
    const mase = items[0]!.metrics[0]!.all.mase!.toFixed(2);
    expect(out).toMatch(new RegExp(`^cpu_percent +2 +${mase} `, 'm'));
    expect(out).toMatch(/^all +4 /m);
    expect(out).toMatch(/^up to 1 h +4 /m);
    expect(out).toContain('Typical loss by day');
    expect(out).toContain(items[0]!.trend.reason);
  });

  it('passes on what is asked for', async () => {
    await cli(
      'ensemble',
      '--from',
      '2026-11-01',
      '--to',
      '2026-11-30',
      '--metric',
      'memory',
      '--profile',
      'web',
    );
    expect(Object.fromEntries(api.seen.at(-1)!.query)).toEqual({
      ...{ from: '2026-11-01', to: '2026-11-30', metric: 'memory', profile: 'web' },
    });
  });

  it('says that there are more metrics, and draws nothing of a single day', async () => {
    const { out } = await cli('ensemble-1.1.0');
    expect(out).toContain('7 more metrics: see one with --metric');
    expect(out).not.toContain('Typical loss by day');
  });

  it('prints one object per version as JSON', async () => {
    const { out } = await cli('--json');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).model),
    ).toEqual(['ensemble-1.1.0', 'ensemble-2.0.0']);
  });
});
