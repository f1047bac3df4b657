import { type PricedLine, priceLines, totalOf } from '../../platform/billing/cost-lines.ts';
import { HOURS_PER_MONTH, readUnits, writeUnits } from '../../platform/billing/units.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { BatchBudget } from '../runs/batch-budget.ts';
import { planBatches } from '../runs/plan-batches.ts';
import { HISTORY_SECONDS } from '../runs/prepare-series.ts';
import { type ForecastLoad, forecastUsage } from './forecast-run-cost.ts';
import {
  type ForecastingFigures,
  LAMBDA_SLOWDOWN,
  lambdaMsPerSeries,
  learnedShare,
} from './forecasting-figures.ts';
import { checkLimits, type LimitCheck } from './limit-checks.ts';
import { BATCH_MEMORY_MB } from './workflow-limits.ts';

export interface FleetToPlan {
  readonly targets: number;
  readonly seriesPerTarget: number;
  readonly cadenceMinutes: number;
  /** Tenants of the deployment, this one included, whose runs one dispatch starts; default 1. */
  readonly tenants?: number;
  /** Batches of a run that are forecast at once: `forecastConcurrency` of the stage. */
  readonly concurrency: number;
}

/** A forecast run of a fleet, planned from measured figures. Times are in seconds, money in US dollars. */
export interface FleetPlan extends FleetToPlan {
  readonly series: number;
  readonly batches: number;
  readonly batchesAtOnce: number;
  readonly targetsPerBatch: number;
  readonly seconds: {
    /** CPU of one core of the measured machine, averaged over runs. */
    readonly cpu: number;
    /** Billed by Lambda, averaged over runs: its slower CPU, and the requests to the stores. */
    readonly lambda: number;
    /** Wall time of a typical run, and of a run that re-learns every series. */
    readonly wall: number;
    readonly longestWall: number;
    readonly longestBatch: number;
  };
  readonly perRun: {
    readonly gbSeconds: number;
    readonly writeUnits: number;
    readonly readUnits: number;
    readonly puts: number;
    readonly gets: number;
    readonly transitions: number;
    readonly dollars: number;
  };
  /** Store units per target and run. */
  readonly perTarget: {
    readonly historyBytes: number;
    readonly readUnits: number;
    readonly forecastBytes: number;
    readonly writeUnits: number;
    readonly stateBytes: number;
  };
  readonly perMonth: {
    readonly runs: number;
    readonly dollars: number;
    readonly lines: readonly PricedLine[];
  };
  readonly batchMemoryMb: number;
  readonly limits: readonly LimitCheck[];
}

/** Plans the runs of a fleet from measured figures, without network or deployment. */
export const planFleet = (
  fleet: FleetToPlan,
  figures: ForecastingFigures,
  budget: BatchBudget,
): FleetPlan => {
  const batches = cutFleet(fleet, budget);
  const targetsPerBatch = Math.max(0, ...batches.map(({ length }) => length));
  const load = loadOf(fleet, figures, budget, batches.length);
  const lines = priceLines(forecastUsage(load));
  const seconds = secondsOf(load, targetsPerBatch, figures, fleet.concurrency);
  const batchMemoryMb = memoryMb(figures, targetsPerBatch * fleet.seriesPerTarget);
  const runs = (HOURS_PER_MONTH * 60) / fleet.cadenceMinutes;
  const dollars = totalOf(lines).list;
  return {
    ...fleet,
    ...{ series: fleet.targets * fleet.seriesPerTarget, batches: batches.length, targetsPerBatch },
    batchesAtOnce: Math.min(fleet.concurrency, batches.length),
    seconds,
    perRun: perRunOf(lines, runs, dollars),
    perTarget: perTargetOf(load),
    perMonth: { runs, dollars, lines },
    batchMemoryMb,
    limits: checkLimits({
      ...{
        batches: batches.length,
        tenants: fleet.tenants ?? 1,
        batchMemoryMb,
        cadenceSeconds: 60 * fleet.cadenceMinutes,
      },
      ...{ longestWall: seconds.longestWall, longestBatch: seconds.longestBatch },
    }),
  };
};

const cutFleet = ({ targets, seriesPerTarget }: FleetToPlan, budget: BatchBudget): string[][] => {
  const metrics = Object.fromEntries(
    Array.from({ length: seriesPerTarget }, (_, m) => [`m${m}`, { kind: 'gauge' as const }]),
  );
  const fleet = Array.from({ length: targets }, (_, t) => ({ targetId: String(t), metrics }));
  return planBatches(fleet, budget);
};

/** Bytes of keys, version, expiry and their names, plus the 100 bytes that DynamoDB adds per item. */
const ITEM_OVERHEAD = 250;
/** Retention of archives in production (`lib/config/prod.ts`). */
const ARCHIVE_DAYS = 400;

const loadOf = (
  { targets, seriesPerTarget, cadenceMinutes }: FleetToPlan,
  figures: ForecastingFigures,
  { secondsPerTarget }: BatchBudget,
  batches: number,
): ForecastLoad => {
  const { forecast, archive, state, hourBlock } = figures.bytesPerSeries;
  return {
    ...{ targets, seriesPerTarget, batches, cadenceMinutes },
    msPerSeries: lambdaMsPerSeries(figures, cadenceMinutes),
    msPerTarget: 1000 * secondsPerTarget,
    memoryGb: BATCH_MEMORY_MB / 1024,
    historyBytes: (HISTORY_SECONDS / HOUR_SECONDS) * (seriesPerTarget * hourBlock + ITEM_OVERHEAD),
    forecastBytes: seriesPerTarget * forecast + ITEM_OVERHEAD,
    archiveBytes: seriesPerTarget * archive,
    archiveDays: ARCHIVE_DAYS,
    stateBytes: seriesPerTarget * state,
    learnedShare: learnedShare(cadenceMinutes),
    breachShare: figures.breachShare,
  };
};

const secondsOf = (
  { targets, seriesPerTarget, batches, msPerSeries, msPerTarget }: ForecastLoad,
  targetsPerBatch: number,
  figures: ForecastingFigures,
  concurrency: number,
): FleetPlan['seconds'] => {
  const rounds = Math.ceil(batches / concurrency);
  /** Lambda seconds of `count` targets at `ms` milliseconds per series. */
  const lambda = (count: number, ms: number) => (count * (msPerTarget + seriesPerTarget * ms)) / 1000;
  const longestBatch = lambda(targetsPerBatch, LAMBDA_SLOWDOWN * figures.cpuMsPerSeries.learned);
  return {
    cpu: (targets * seriesPerTarget * msPerSeries) / LAMBDA_SLOWDOWN / 1000,
    lambda: lambda(targets, msPerSeries),
    wall: rounds * lambda(targetsPerBatch, msPerSeries),
    longestWall: rounds * longestBatch,
    longestBatch,
  };
};

const memoryMb = ({ batchMemory }: ForecastingFigures, series: number): number =>
  batchMemory.emptyMb + ((batchMemory.peakMb - batchMemory.emptyMb) / batchMemory.series) * series;

const perRunOf = (lines: readonly PricedLine[], runs: number, dollars: number): FleetPlan['perRun'] => {
  const unitsOf = (price: PricedLine['price']): number =>
    lines.filter((line) => line.price === price).reduce((total, { units }) => total + units, 0) / runs;
  return {
    gbSeconds: unitsOf('lambdaArmGbSecond'),
    writeUnits: unitsOf('dynamoWriteUnit'),
    readUnits: unitsOf('dynamoReadUnit'),
    puts: unitsOf('s3Put'),
    gets: unitsOf('s3Get'),
    transitions: unitsOf('stepFunctionsTransition'),
    dollars: dollars / runs,
  };
};

const perTargetOf = ({ historyBytes, forecastBytes, stateBytes }: ForecastLoad): FleetPlan['perTarget'] => ({
  ...{ historyBytes, forecastBytes, stateBytes },
  readUnits: readUnits(historyBytes, 'eventual'),
  writeUnits: writeUnits(forecastBytes),
});
