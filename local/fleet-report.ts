import type { ForecastAnswer } from '../cli/api-client/answers.ts';
import type { ApiClient } from '../cli/api-client/api-client.ts';
import { ApiRequestError } from '../cli/api-client/api-error.ts';
import { type ChartLook, renderChart } from '../cli/terminal/chart.ts';
import { formatDuration, formatNumber, formatPercent } from '../cli/terminal/format.ts';
import { type Column, renderTable } from '../cli/terminal/table.ts';
import { regularise } from '../core/metrics/series/regularise.ts';
import { inParallel } from '../core/shared/in-parallel.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../core/shared/time.ts';

/** A target with the forecast that is most likely to breach its threshold. */
export interface TargetOutlook {
  readonly target: string;
  readonly profile: string;
  readonly worst: ForecastAnswer | undefined;
}

const CONCURRENCY = 8;
const HOURS_OUT = 8;

/** -1 if no threshold is known yet. */
const probabilityOf = (forecast: ForecastAnswer | undefined): number => forecast?.breach?.probability ?? -1;

const riskier = (a: ForecastAnswer, b: ForecastAnswer): ForecastAnswer =>
  probabilityOf(b) > probabilityOf(a) ? b : a;

/** Every target with its worst forecast, most probable breach first; targets without a forecast last. */
export const readOutlook = async (client: ApiClient): Promise<TargetOutlook[]> => {
  const outlook: TargetOutlook[] = [];
  await inParallel(CONCURRENCY, client.targets(), async ({ id, profile }) => {
    const forecasts = await forecastsOf(client, id);
    outlook.push({
      target: id,
      profile,
      worst: forecasts.reduce<ForecastAnswer | undefined>(worstOf, undefined),
    });
  });
  return outlook.sort(
    (a, b) => probabilityOf(b.worst) - probabilityOf(a.worst) || a.target.localeCompare(b.target),
  );
};

const worstOf = (worst: ForecastAnswer | undefined, next: ForecastAnswer): ForecastAnswer =>
  worst === undefined ? next : riskier(worst, next);

/** Empty for a target that no run has forecast yet. */
const forecastsOf = async (client: ApiClient, target: string): Promise<ForecastAnswer[]> => {
  try {
    return await client.forecasts(target);
  } catch (error) {
    if (error instanceof ApiRequestError && error.status === 404) return [];
    throw error;
  }
};

/** Forecast value `HOURS_OUT` hours after the start, or at the last step of a shorter forecast. */
const hoursOut = ({ quantiles, stepSeconds, horizon }: ForecastAnswer, level: string): number => {
  const step = Math.min(horizon, Math.round((HOURS_OUT * HOUR_SECONDS) / stepSeconds)) - 1;
  return quantiles[level]?.[step] ?? Number.NaN;
};

const when = ({ breach }: ForecastAnswer): string =>
  breach?.timeToImpactSeconds ? `in ${formatDuration(breach.timeToImpactSeconds.p50)}` : '-';

const limitOf = ({ threshold }: ForecastAnswer): string =>
  threshold ? `${threshold.direction === 'above' ? '>' : '<'} ${formatNumber(threshold.limit)}` : 'learning';

const colourOf = ({ worst }: TargetOutlook) => {
  const probability = probabilityOf(worst);
  if (probability >= 0.5) return 'red' as const;
  return probability >= 0.2 ? ('yellow' as const) : undefined;
};

const of = (text: (forecast: ForecastAnswer) => string) => (row: TargetOutlook) =>
  row.worst === undefined ? '-' : text(row.worst);

const COLUMNS: readonly Column<TargetOutlook>[] = [
  { header: 'target', text: (row) => row.target, shrinks: true },
  { header: 'worst metric', text: of((forecast) => forecast.metric), shrinks: true },
  { header: 'limit', text: of(limitOf), align: 'right' },
  {
    header: 'probability',
    text: of(({ breach }) => (breach ? formatPercent(breach.probability) : '-')),
    align: 'right',
    colour: colourOf,
  },
  { header: 'expected', text: of(when), align: 'right' },
  { header: 'p50 in 8 h', text: of((forecast) => formatNumber(hoursOut(forecast, '0.5'))), align: 'right' },
  {
    header: 'p90 in 8 h',
    text: of((forecast) => formatNumber(hoursOut(forecast, '0.9'))),
    align: 'right',
    optional: true,
  },
];

/** Table of all targets, worst first. */
export const outlookTable = (outlook: readonly TargetOutlook[], look: ChartLook): string[] =>
  renderTable(COLUMNS, outlook, look);

const titleOf = (forecast: ForecastAnswer): string => {
  const { target, metric, threshold, breach } = forecast;
  if (!threshold || !breach) return `${target} · ${metric}`;
  const limit = `${threshold.direction} ${formatNumber(threshold.limit)}`;
  return `${target} · ${metric}: ${formatPercent(breach.probability)} to go ${limit}, ${when(forecast)}`;
};

/** Chart of one forecast with its history. */
export const outlookChart = async (
  client: ApiClient,
  forecast: ForecastAnswer,
  look: ChartLook,
): Promise<string[]> => {
  const start = Date.parse(forecast.start) / 1000;
  const from = new Date((start - 2 * DAY_SECONDS) * 1000).toISOString();
  const series = await client.series(forecast.target, forecast.metric, from);
  const history = regularise({
    timestamps: series.points.map(([timestamp]) => timestamp),
    values: series.points.map(([, value]) => value),
    kind: series.kind as 'gauge' | 'counter' | 'delta',
  });
  return renderChart(
    {
      title: titleOf(forecast),
      history,
      forecast: {
        start,
        stepSeconds: forecast.stepSeconds,
        lower: forecast.quantiles['0.1'] ?? [],
        middle: forecast.quantiles['0.5'] ?? [],
        upper: forecast.quantiles['0.9'] ?? [],
      },
      ...(forecast.threshold && { limit: forecast.threshold.limit }),
    },
    look,
  );
};
