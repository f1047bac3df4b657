import type { ForecastingFigures } from '../../../core/forecasts/capacity/forecasting-figures.ts';
import { LAMBDA_SLOWDOWN } from '../../../core/forecasts/capacity/forecasting-figures.ts';
import type { LimitCheck } from '../../../core/forecasts/capacity/limit-checks.ts';
import type { FleetPlan } from '../../../core/forecasts/capacity/plan-fleet.ts';
import { PRICES } from '../../../core/platform/billing/prices.ts';
import { formatCount, formatDuration } from '../../terminal/format.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const dollars = (value: number): string => `$${value < 1 ? value.toFixed(4) : value.toFixed(2)}`;
const seconds = (value: number): string =>
  value < 10 ? `${value.toFixed(1)}s` : formatDuration(Math.round(value));
const bytes = (value: number): string =>
  value < 1024 ? `${Math.round(value)} B` : `${(value / 1024).toFixed(1)} KB`;

interface Row {
  readonly what: string;
  readonly value: string;
}

const rowsOf = (plan: FleetPlan, figures: ForecastingFigures): Row[] => {
  const { cpuMsPerSeries } = figures;
  const { perRun, perTarget } = plan;
  const times = plan.seconds;
  return [
    { what: 'series', value: `${whole(plan.series)} (${whole(plan.targets)} x ${plan.seriesPerTarget})` },
    {
      what: 'CPU per series, measured',
      value: `${cpuMsPerSeries.learned} ms learned, ${cpuMsPerSeries.resumed} ms resumed`,
    },
    { what: 'CPU per run on one measured core', value: seconds(times.cpu) },
    { what: `Lambda per run (CPU x ${LAMBDA_SLOWDOWN}, requests)`, value: seconds(times.lambda) },
    {
      what: 'batches',
      value: `${whole(plan.batches)} of up to ${formatCount(plan.targetsPerBatch, 'target')}, ${plan.batchesAtOnce} at once`,
    },
    { what: 'wall time, typical run', value: seconds(times.wall) },
    { what: 'wall time, all series re-learned', value: seconds(times.longestWall) },
    { what: 'memory of a batch', value: `${whole(plan.batchMemoryMb)} MB` },
    { what: 'GB-seconds', value: whole(perRun.gbSeconds) },
    {
      what: 'write units',
      value: `${whole(perRun.writeUnits)} (${bytes(perTarget.forecastBytes)} = ${perTarget.writeUnits} a target)`,
    },
    {
      what: 'read units',
      value: `${whole(perRun.readUnits)} (${bytes(perTarget.historyBytes)} = ${perTarget.readUnits} a target)`,
    },
    { what: 'S3 puts, gets', value: `${whole(perRun.puts)}, ${whole(perRun.gets)}` },
    { what: 'state transitions', value: whole(perRun.transitions) },
    { what: 'cost per run', value: dollars(perRun.dollars) },
    {
      what: `cost per month (${formatCount(Math.round(plan.perMonth.runs), 'run')})`,
      value: dollars(plan.perMonth.dollars),
    },
  ];
};

const limitColumns: Column<LimitCheck>[] = [
  { header: 'limit', text: ({ limit }) => limit, shrinks: true },
  { header: 'needed', align: 'right', text: ({ takes }) => whole(takes) },
  { header: 'allowed', align: 'right', text: ({ allows }) => whole(allows) },
  { header: '', text: ({ fits }) => (fits ? 'fits' : 'DOES NOT FIT') },
];

/** A plan as tables of one run, its cost by part and the limits, with the underlying figures. */
export const describePlan = (plan: FleetPlan, figures: ForecastingFigures, terminal: Terminal): string[] => [
  ...renderTable<Row>(
    [
      { header: 'one run', text: ({ what }) => what, shrinks: true },
      { header: '', align: 'right', text: ({ value }) => value },
    ],
    rowsOf(plan, figures),
    terminal,
  ),
  '',
  ...renderTable(limitColumns, plan.limits, terminal),
  '',
  ...renderTable(
    [
      { header: 'per month', text: ({ what }) => what, shrinks: true },
      { header: 'units', align: 'right', text: ({ units }) => whole(units) },
      { header: 'list price', align: 'right', text: ({ list }) => dollars(list) },
    ],
    plan.perMonth.lines,
    terminal,
  ),
  '',
  `Measured ${figures.measuredAt} on ${figures.machine}: ${figures.series} simulated series, ${figures.engine}.`,
  `Assumed: a Lambda vCPU is ${LAMBDA_SLOWDOWN} times slower. Prices of ${PRICES.region}, ${PRICES.asOf}.`,
];
