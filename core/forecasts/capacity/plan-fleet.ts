import { type PricedLine, priceLines, totalOf } from '../../platform/billing/cost-lines.ts';
import { HOURS_PER_MONTH, readUnits, writeUnits } from '../../platform/billing/units.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import { DEFAULT_BUDGET, planBatches } from '../runs/plan-batches.ts';
import { HISTORY_SECONDS } from '../runs/prepare-series.ts';
import { type ForecastLoad, forecastUsage } from './forecast-run-cost.ts';
import {
  type ForecastingFigures,
  LAMBDA_SLOWDOWN,
  lambdaMsPerSeries,
  learnedShare,
} from './forecasting-figures.ts';
import {
  BATCH_MEMORY_MB,
  BATCH_TIMEOUT_SECONDS,
  BATCHES_AT_ONCE,
  HISTORY_EVENTS,
  RUN_TIMEOUT_SECONDS,
  STATE_BYTES,
  workflowLoad,
} from './workflow-limits.ts';

export interface FleetToPlan {
  readonly targets: number;
  readonly seriesPerTarget: number;
  readonly cadenceMinutes: number;
}

/** Something that has a limit, what the run takes of it, and whether it fits. */
export interface LimitCheck {
  readonly limit: string;
  readonly takes: number;
  readonly allows: number;
  readonly fits: boolean;
}

/** A forecast run of a fleet as planned from measured figures. Times in seconds, money in US dollars. */
export interface FleetPlan extends FleetToPlan {
  readonly series: number;
  readonly batches: number;
  readonly batchesAtOnce: number;
  readonly targetsPerBatch: number;
  readonly seconds: {
    /** CPU of one core of the machine measured, averaged over runs. */
    readonly cpu: number;
    /** Billed by Lambda, averaged over runs: with its slower CPU and the requests to the stores. */
    readonly lambda: number;
    /** From start to end: a usual run, and one that learns every series. */
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
  /** Store units of one target and run. */
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

/** Keys, version, expiry and their names, and what DynamoDB adds for its index (100 bytes). */
const ITEM_OVERHEAD = 250;
/** Archives are kept so long in production (`lib/config/prod.ts`). */
const ARCHIVE_DAYS = 400;

const cutOf = ({ targets, seriesPerTarget }: FleetToPlan) => {
  const metrics = Object.fromEntries(
    Array.from({ length: seriesPerTarget }, (_, m) => [`m${m}`, { kind: 'gauge' as const }]),
  );
  return planBatches(Array.from({ length: targets }, (_, t) => ({ targetId: String(t), metrics })));
};

const loadOf = (fleet: FleetToPlan, figures: ForecastingFigures, batches: number): ForecastLoad => {
  const { targets, seriesPerTarget, cadenceMinutes } = fleet;
  const { forecast, archive, state, hourBlock } = figures.bytesPerSeries;
  const hours = HISTORY_SECONDS / HOUR_SECONDS;
  return {
    ...{ targets, seriesPerTarget, batches, cadenceMinutes },
    msPerSeries: lambdaMsPerSeries(figures, cadenceMinutes),
    msPerTarget: 1000 * DEFAULT_BUDGET.secondsPerTarget,
    memoryGb: BATCH_MEMORY_MB / 1024,
    historyBytes: hours * (seriesPerTarget * hourBlock + ITEM_OVERHEAD),
    forecastBytes: seriesPerTarget * forecast + ITEM_OVERHEAD,
    archiveBytes: seriesPerTarget * archive,
    archiveDays: ARCHIVE_DAYS,
    stateBytes: seriesPerTarget * state,
    learnedShare: learnedShare(cadenceMinutes),
    breachShare: figures.breachShare,
  };
};

const unitsOf = (lines: readonly PricedLine[], price: PricedLine['price']): number =>
  lines.filter((line) => line.price === price).reduce((sum, { units }) => sum + units, 0);

const memoryMb = ({ batchMemory }: ForecastingFigures, series: number): number =>
  batchMemory.emptyMb + ((batchMemory.peakMb - batchMemory.emptyMb) / batchMemory.series) * series;

const check = (limit: string, takes: number, allows: number): LimitCheck => ({
  ...{ limit, takes: Math.ceil(takes), allows },
  fits: takes <= allows,
});

const limitsOf = (
  batches: number,
  longestWall: number,
  longestBatch: number,
  mb: number,
  cadence: number,
) => {
  const { stateBytes, events, worstEvents } = workflowLoad(batches);
  return [
    check('workflow state, bytes', stateBytes, STATE_BYTES),
    check('workflow history, events', events, HISTORY_EVENTS),
    check('workflow history with every retry used, events', worstEvents, HISTORY_EVENTS),
    check('longest batch, seconds', longestBatch, BATCH_TIMEOUT_SECONDS),
    check('run that learns everything, seconds', longestWall, RUN_TIMEOUT_SECONDS),
    check('run that learns everything, seconds of the cadence', longestWall, 60 * cadence),
    check('memory of a batch, MB', mb, BATCH_MEMORY_MB),
  ];
};

/** Seconds of all targets together in Lambda at so many milliseconds a series. */
const lambdaSeconds = ({ targets, seriesPerTarget }: FleetToPlan, msPerSeries: number): number =>
  targets * (DEFAULT_BUDGET.secondsPerTarget + (seriesPerTarget * msPerSeries) / 1000);

/** Plans a run of a fleet. Needs nothing but the figures: no network and no deployment. */
export const planFleet = (fleet: FleetToPlan, figures: ForecastingFigures): FleetPlan => {
  const { targets, seriesPerTarget, cadenceMinutes } = fleet;
  const cut = cutOf(fleet);
  const targetsPerBatch = cut.reduce((most, { length }) => Math.max(most, length), 0);
  const load = loadOf(fleet, figures, cut.length);
  const lines = priceLines(forecastUsage(load));
  const runs = (HOURS_PER_MONTH * 60) / cadenceMinutes;
  const rounds = Math.ceil(cut.length / BATCHES_AT_ONCE);
  const slowest = LAMBDA_SLOWDOWN * figures.cpuMsPerSeries.learned;
  const perBatch = (ms: number) => lambdaSeconds({ ...fleet, targets: targetsPerBatch }, ms);
  const longestBatch = perBatch(slowest);
  const mb = memoryMb(figures, targetsPerBatch * seriesPerTarget);
  const dollars = totalOf(lines).list;
  const lambda = lambdaSeconds(fleet, load.msPerSeries);
  const wall = { wall: rounds * perBatch(load.msPerSeries), longestWall: rounds * longestBatch };
  return {
    ...fleet,
    ...{ series: targets * seriesPerTarget, batches: cut.length, targetsPerBatch },
    batchesAtOnce: Math.min(BATCHES_AT_ONCE, cut.length),
    seconds: {
      cpu: (targets * seriesPerTarget * load.msPerSeries) / LAMBDA_SLOWDOWN / 1000,
      ...{ lambda, ...wall, longestBatch },
    },
    perRun: {
      gbSeconds: unitsOf(lines, 'lambdaArmGbSecond') / runs,
      writeUnits: unitsOf(lines, 'dynamoWriteUnit') / runs,
      readUnits: unitsOf(lines, 'dynamoReadUnit') / runs,
      puts: unitsOf(lines, 's3Put') / runs,
      gets: unitsOf(lines, 's3Get') / runs,
      transitions: unitsOf(lines, 'stepFunctionsTransition') / runs,
      dollars: dollars / runs,
    },
    perTarget: {
      historyBytes: load.historyBytes,
      readUnits: readUnits(load.historyBytes, 'eventual'),
      forecastBytes: load.forecastBytes,
      writeUnits: writeUnits(load.forecastBytes),
      stateBytes: load.stateBytes,
    },
    perMonth: { runs, dollars, lines },
    batchMemoryMb: mb,
    limits: limitsOf(cut.length, wall.longestWall, longestBatch, mb, cadenceMinutes),
  };
};
