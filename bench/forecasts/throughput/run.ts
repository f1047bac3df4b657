import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ForecastingFigures } from '../../../core/forecasts/capacity/forecasting-figures.ts';
import { type BenchOptions, sampleOf } from '../../shared/bench-options.ts';
import { readTasks } from '../forecast/fleet-data.ts';
import { FULL_SIZE, QUICK_SIZE } from './bench-size.ts';
import { type EngineSpeed, engineSpeed } from './engine-speed.ts';
import { measureForecasting } from './measure.ts';
import { type ResumedAccuracy, resumedAccuracy } from './resumed-accuracy.ts';
import { measureServing, type ServingFigures } from './serving.ts';
import { compareThreads, type ThreadFigures } from './threads.ts';

/** Throughput of forecast runs and of serving their forecasts. */
export interface ThroughputFigures {
  readonly forecasting: ForecastingFigures;
  readonly threads: ThreadFigures;
  readonly serving: ServingFigures;
  readonly resumed: ResumedAccuracy;
  readonly engine: readonly EngineSpeed[];
}

const FIGURES_FILE = new URL('../../../core/forecasts/capacity/measured-forecasting.json', import.meta.url);
const percent = (ratio: number): string => `${(100 * (ratio - 1)).toFixed(1)} %`;

const linesOf = ({ forecasting, threads, serving, resumed, engine }: ThroughputFigures): string[] => [
  `${forecasting.machine}, ${forecasting.engine}, medians of CPU time`,
  ...engine.map(
    ({ historyDays, series, cpuMs }) =>
      `engine alone, ${historyDays} days of history: ${cpuMs.toFixed(2)} ms a series (${series} series, fastest round)`,
  ),
  `batch function, per series: ${forecasting.cpuMsPerSeries.learned} ms learned, ${forecasting.cpuMsPerSeries.resumed} ms resumed`,
  `stored bytes per series: ${JSON.stringify(forecasting.bytesPerSeries)}`,
  `peak memory: ${forecasting.batchMemory.peakMb} MB for ${forecasting.batchMemory.series} series, ${forecasting.batchMemory.emptyMb} MB for none`,
  `${threads.series} series on one thread: CPU ${threads.one.cpuMs} ms, wall ${threads.one.wallMs} ms; on two: CPU ${threads.two.cpuMs} ms, wall ${threads.two.wallMs} ms; two cost ${threads.priceRatio.toFixed(2)} times as much as one`,
  `GET forecast, handler: p50 ${serving.one.p50} ms, p95 ${serving.one.p95} ms; all ${serving.metrics} metrics: p50 ${serving.all.p50} ms`,
  `resumed compared with scratch on ${resumed.tasks} tasks: MASE ${percent(resumed.maseRatio)}, CRPS ${percent(resumed.crpsRatio)}, p10-p90 covers ${resumed.covered.resumed.toFixed(3)} instead of ${resumed.covered.scratch.toFixed(3)}`,
];

/** Measures throughput; `data` must contain `fleet/tasks.jsonl`, on which resumed forecasts are scored. */
export const runThroughputBench = async (options: BenchOptions): Promise<ThroughputFigures> => {
  const size = options.quick ? QUICK_SIZE : FULL_SIZE;
  const figures = {
    forecasting: await measureForecasting(new Date().toISOString().slice(0, 10), size),
    threads: await compareThreads(size),
    serving: await measureServing(size),
    resumed: resumedAccuracy(sampleOf(readTasks(options.data), size.tasks)),
    engine: [1, 2].map((weeks) =>
      engineSpeed(sampleOf(readTasks(options.data, weeks), size.tasks), 7 * weeks, size.rounds),
    ),
  };
  for (const line of linesOf(figures)) options.out(line);
  return figures;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { data: { type: 'string' }, keep: { type: 'boolean', default: false } },
  });
  const data = values.data ?? process.env.FORESTALL_DATA ?? '../shared/data';
  const out = (line: string) => void process.stdout.write(`${line}\n`);
  const { forecasting } = await runThroughputBench({ data, out });
  if (values.keep) writeFileSync(FIGURES_FILE, `${JSON.stringify(forecasting, null, 2)}\n`);
}
