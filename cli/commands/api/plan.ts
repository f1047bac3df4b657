import { Command } from 'commander';
import {
  type ForecastingFigures,
  MEASURED_FORECASTING,
} from '../../../core/forecasts/capacity/forecasting-figures.ts';
import { type FleetPlan, planFleet } from '../../../core/forecasts/capacity/plan-fleet.ts';
import { BATCHES_AT_ONCE } from '../../../core/forecasts/capacity/workflow-limits.ts';
import { DEFAULT_BUDGET } from '../../../core/forecasts/runs/batch-budget.ts';
import { PRICES } from '../../../core/platform/billing/prices.ts';
import type { DayFleet } from '../../../core/platform/capacity/fleet-load.ts';
import { type DayPlan, planDay } from '../../../core/platform/capacity/plan-day.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { startProgress } from '../../terminal/progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLines } from '../../terminal/writer.ts';
import { wholeNumber } from '../shared/option-values.ts';
import { describeDay } from './plan-day-text.ts';
import { describePlan } from './plan-text.ts';

interface Options {
  readonly targets?: number;
  readonly hosts?: number;
  readonly metrics?: number;
  readonly seriesPerHost?: number;
  readonly push: number;
  readonly hostsPerRequest: number;
  readonly spread: number;
  readonly cadence: number;
  readonly concurrency: number;
  readonly tenants: number;
  readonly measure?: true;
  readonly quick?: true;
  readonly json?: true;
}

/** Runs the real batch function on simulated servers. Takes about a minute, or seconds on a small sample. */
const measureHere = async (isQuick: boolean, terminal: Terminal): Promise<ForecastingFigures> => {
  const { measureForecasting } = await import('../../../bench/forecasts/throughput/measure.ts');
  const { FULL_SIZE, QUICK_SIZE } = await import('../../../bench/forecasts/throughput/bench-size.ts');
  const size = isQuick ? QUICK_SIZE : FULL_SIZE;
  const progress = startProgress(terminal, 'measuring', 6);
  try {
    return await measureForecasting(new Date().toISOString().slice(0, 10), size, () => progress.advance());
  } finally {
    progress.stop();
  }
};

const toJson = (plan: FleetPlan, day: DayPlan, figures: ForecastingFigures): string => {
  const { targets, seriesPerTarget, cadenceMinutes, concurrency, perMonth, ...rest } = plan;
  return jsonText({
    ...{ targets, metrics: seriesPerTarget, cadenceMinutes, concurrency, ...rest, perMonth },
    day,
    measured: figures,
    prices: { region: PRICES.region, asOf: PRICES.asOf },
  });
};

/** Ends the command with its usage if neither of two options is given. */
const given = (value: number | undefined, names: string, command: Command): number =>
  value ?? command.error(`error: give ${names}`);

const dayOf = (plan: FleetPlan, options: Options): DayFleet => ({
  ...{ hosts: plan.targets, seriesPerHost: plan.seriesPerTarget },
  pushMinutes: options.push,
  hostsPerRequest: options.hostsPerRequest,
  spreadSeconds: options.spread,
  forecastBatches: plan.batchesAtOnce,
  forecastSeconds: plan.seconds.longestWall,
});

const run = async (options: Options, command: Command, terminal: Terminal): Promise<void> => {
  if (options.quick && !options.measure)
    throw new InvalidInputError('--quick: found no --measure, expected both or neither');
  const fleet = {
    targets: given(options.hosts ?? options.targets, '--hosts N (or --targets N)', command),
    seriesPerTarget: given(
      options.seriesPerHost ?? options.metrics,
      '--series-per-host M (or --metrics M)',
      command,
    ),
    cadenceMinutes: options.cadence,
    concurrency: options.concurrency,
    tenants: options.tenants,
  };
  const figures = options.measure
    ? await measureHere(options.quick === true, terminal)
    : MEASURED_FORECASTING;
  const plan = planFleet(fleet, figures, DEFAULT_BUDGET);
  const hosts = dayOf(plan, options);
  const day = planDay(hosts);
  const lines = options.json
    ? [toJson(plan, day, figures)]
    : [...describePlan(plan, figures, terminal), '', ...describeDay(day, hosts, terminal)];
  printLines(terminal.stdout, lines.join('\n'));
};

/** `forestall plan`: a day of a fleet, and time and cost of its forecast runs, from measured figures and without AWS. */
export const planCommand = (terminal: Terminal): Command =>
  new Command('plan')
    .description(
      "estimate time and cost of a fleet's forecast runs, and its ingestion and detection against every limit",
    )
    .option('--hosts <n>', 'number of hosts, or other targets', wholeNumber(1, 10_000_000))
    .option('--targets <n>', 'the same as --hosts', wholeNumber(1, 10_000_000))
    .option('--series-per-host <n>', 'number of series per host', wholeNumber(1, 1000))
    .option('--metrics <n>', 'the same as --series-per-host', wholeNumber(1, 1000))
    .option('--push <minutes>', 'minutes between the pushes of a host', wholeNumber(1, 60), 5)
    .option('--hosts-per-request <n>', 'hosts that a collector sends in one request', wholeNumber(1, 1000), 1)
    .option('--spread <seconds>', 'seconds over which hosts spread their pushes', wholeNumber(0, 3600), 0)
    .option('--cadence <minutes>', 'minutes between runs', wholeNumber(1, 1440), 60)
    .option(
      '--concurrency <n>',
      'batches of a run at once (forecastConcurrency of the stage)',
      wholeNumber(1, 40),
      BATCHES_AT_ONCE,
    )
    .option('--tenants <n>', 'tenants of the deployment, this one included', wholeNumber(1, 1_000_000), 1)
    .option('--measure', 'measure this machine instead of using the built-in figures')
    .option('--quick', 'with --measure, measure a small sample only; its figures are rough')
    .option('--json', 'print one JSON object')
    .action((options: Options, command: Command) => run(options, command, terminal));
