import { cpus } from 'node:os';
import type { ForecastingFigures } from '../../../core/forecasts/capacity/forecasting-figures.ts';
import { ENGINE_VERSION } from '../../../core/forecasts/engine/ensemble.ts';
import { median, sum } from '../../../core/shared/maths/averages.ts';
import { type BatchRun, batchRunner } from './batch-runs.ts';
import { type BenchSize, FULL_SIZE } from './bench-size.ts';
import { peakMemoryMb, seriesOf } from './peak-memory.ts';
import { SERIES_PER_TARGET, type StoredServer, simulatedServers } from './simulated-blocks.ts';

/** Hours after the first run at which the same series are forecast again from the learned states. */
const LATER_HOURS = [1, 3, 5];

const perSeries = ({ cpuMs, series }: BatchRun): number => cpuMs / series;
const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

const round = async (servers: readonly StoredServer[]) => {
  const runner = batchRunner(servers, servers.length);
  const first = await runner.run(0);
  const later: BatchRun[] = [];
  for (const hour of LATER_HOURS) later.push(await runner.run(hour));
  return { first, later };
};

const meanBlockBytes = (servers: readonly StoredServer[]): number => {
  const sizes = servers.flatMap(({ blocks }) => [...blocks.values()].map(({ length }) => length));
  return sum(sizes) / sizes.length;
};

const sizesOf = ({ written, series }: BatchRun, servers: readonly StoredServer[]) => ({
  forecast: Math.round(sum(written.itemBytes) / series),
  archive: Math.round((written.objectBytes.get('forecasts') ?? 0) / series),
  state: Math.round((written.objectBytes.get('states') ?? 0) / series),
  hourBlock: Math.round(meanBlockBytes(servers) / SERIES_PER_TARGET),
});

const memoryOf = (targets: number) => ({
  series: seriesOf(targets),
  peakMb: Math.round(peakMemoryMb(targets)),
  emptyMb: Math.round(peakMemoryMb(0)),
});

/**
 * Measures the batch function on simulated servers: medians of CPU time over rounds, after one round for compiling.
 * `today` dates the figures; `onRound` is called after each round.
 */
export const measureForecasting = async (
  today: string,
  { servers: count, rounds: times, memoryTargets }: BenchSize = FULL_SIZE,
  onRound: () => void = () => {},
): Promise<ForecastingFigures> => {
  const servers = simulatedServers(count);
  await round(servers);
  const rounds: Awaited<ReturnType<typeof round>>[] = [];
  for (let i = 0; i < times; i++) {
    rounds.push(await round(servers));
    onRound();
  }
  const { first, later } = rounds[0]!;
  const figures = {
    measuredAt: today,
    machine: `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`,
    engine: ENGINE_VERSION,
    series: first.series,
    historyDays: 14,
    stepSeconds: 300,
    cpuMsPerSeries: {
      learned: rounded(median(rounds.map((one) => perSeries(one.first)))),
      resumed: rounded(median(rounds.flatMap((one) => one.later.map(perSeries)))),
    },
    bytesPerSeries: sizesOf(first, servers),
    batchMemory: memoryOf(memoryTargets),
    breachShare: rounded(sum(later.map((run) => run.breaches)) / sum(later.map((run) => run.series)), 3),
  };
  onRound();
  return figures;
};
