import { describe, expect, it } from 'vitest';
import { batchRunner } from '../../../../bench/forecasts/throughput/batch-runs.ts';
import {
  SERIES_PER_TARGET,
  simulatedServers,
} from '../../../../bench/forecasts/throughput/simulated-blocks.ts';

describe('hourly runs of one batch, with the real engine and codecs', () => {
  const runner = batchRunner(simulatedServers(2), 3);
  const series = 3 * SERIES_PER_TARGET;

  it('learn first, then start from the stored state, and re-learn after a quarter of a day', async () => {
    const first = await runner.run(0);
    expect(first.counts).toMatchObject({ SeriesLearned: series, SeriesResumed: 0, SeriesFailed: 0 });
    expect(first.written.objectBytes.has('states')).toBe(true);
    for (const hour of [1, 5]) {
      const later = await runner.run(hour);
      expect(later.counts).toMatchObject({ SeriesLearned: 0, SeriesResumed: series, SeriesFailed: 0 });
      expect(later.written.objectBytes.has('states')).toBe(false);
    }
    expect((await runner.run(6)).counts).toMatchObject({ SeriesLearned: series, SeriesResumed: 0 });
  });

  it('write one item per target and four objects per batch, one of them its list of targets', async () => {
    const { written } = await batchRunner(simulatedServers(2), 3).run(0);
    expect(written.itemBytes).toHaveLength(3);
    expect(written.puts).toBe(4);
    expect([...written.objectBytes.keys()].sort()).toEqual(['batches', 'forecasts', 'results', 'states']);
  });
});
