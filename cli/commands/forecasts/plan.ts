import { Command } from 'commander';
import {
  type ForecastingFigures,
  MEASURED_FORECASTING,
} from '../../../core/forecasts/capacity/forecasting-figures.ts';
import { type FleetPlan, planFleet } from '../../../core/forecasts/capacity/plan-fleet.ts';
import { BATCHES_AT_ONCE } from '../../../core/forecasts/capacity/workflow-limits.ts';
import { DEFAULT_BUDGET } from '../../../core/forecasts/runs/batch-budget.ts';
import { PRICES } from '../../../core/platform/billing/prices.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { startProgress } from '../../terminal/progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLines } from '../../terminal/writer.ts';
import { wholeNumber } from '../shared/option-values.ts';
import { describePlan } from './plan-text.ts';

interface Options {
  readonly targets: number;
  readonly metrics: number;
  readonly cadence: number;
  readonly concurrency: number;
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

const toJson = (plan: FleetPlan, figures: ForecastingFigures): string => {
  const { targets, seriesPerTarget, cadenceMinutes, concurrency, perMonth, ...rest } = plan;
  return jsonText({
    ...{ targets, metrics: seriesPerTarget, cadenceMinutes, concurrency, ...rest, perMonth },
    measured: figures,
    prices: { region: PRICES.region, asOf: PRICES.asOf },
  });
};

const run = async (options: Options, terminal: Terminal): Promise<void> => {
  const figures = options.measure
    ? await measureHere(options.quick === true, terminal)
    : MEASURED_FORECASTING;
  const fleet = {
    targets: options.targets,
    seriesPerTarget: options.metrics,
    cadenceMinutes: options.cadence,
    concurrency: options.concurrency,
  };
  const plan = planFleet(fleet, figures, DEFAULT_BUDGET);
  const lines = options.json ? [toJson(plan, figures)] : describePlan(plan, figures, terminal);
  printLines(terminal.stdout, lines.join('\n'));
};

/** `forestall plan`: time and cost of a fleet's forecast runs, from measured figures and without AWS. */
export const planCommand = (terminal: Terminal): Command =>
  new Command('plan')
    .description(
      "estimate time, batches, store units and cost of a fleet's forecast runs, from measured figures",
    )
    .requiredOption('--targets <n>', 'number of targets', wholeNumber(1, 10_000_000))
    .requiredOption('--metrics <n>', 'number of series per target', wholeNumber(1, 1000))
    .option('--cadence <minutes>', 'minutes between runs', wholeNumber(1, 1440), 60)
    .option(
      '--concurrency <n>',
      'batches of a run at once (forecastConcurrency of the stage)',
      wholeNumber(1, 40),
      BATCHES_AT_ONCE,
    )
    .option('--measure', 'measure this machine instead of using the built-in figures')
    .option('--quick', 'with --measure, measure a small sample only; its figures are rough')
    .option('--json', 'print one JSON object')
    .action((options: Options) => run(options, terminal));
