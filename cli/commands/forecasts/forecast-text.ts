import type { Forecast } from '../../../core/forecasts/engine/forecast.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { renderChart } from '../../terminal/chart.ts';
import { formatCount, formatDuration, formatMinute, formatNumber } from '../../terminal/format.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** A series with its history and its forecast. */
export interface SeriesForecast {
  readonly series: string;
  readonly history: RegularSeries;
  readonly result: Forecast;
}

const MAX_ROWS = 12;

/** Values of the level that is nearest to the requested one. */
export const levelOf = ({ quantileLevels, quantiles }: Forecast, level: number): Float64Array => {
  let nearest = 0;
  quantileLevels.forEach((candidate, index) => {
    if (Math.abs(candidate - level) < Math.abs(quantileLevels[nearest]! - level)) nearest = index;
  });
  return quantiles[nearest]!;
};

/** Steps spread evenly over the horizon, including the last one. */
const shownSteps = (horizon: number): number[] => {
  const every = Math.ceil(horizon / MAX_ROWS);
  return Array.from({ length: Math.floor(horizon / every) }, (_, i) => (i + 1) * every - 1);
};

const TIME_WIDTH = 16;
const NARROW_TIME_WIDTH = 5;
const LEVEL_WIDTH = 8;

/** All levels if they fit, else the outermost ones and the middle one. */
const fittingLevels = (levels: readonly number[], room: number): readonly number[] => {
  if (levels.length * LEVEL_WIDTH <= room) return levels;
  return [...new Set([levels[0]!, levels[levels.length >> 1]!, levels.at(-1)!])];
};

const stepTable = ({ result }: SeriesForecast, levels: readonly number[], terminal: Terminal): string[] => {
  const narrow = terminal.columns < TIME_WIDTH + 3 * LEVEL_WIDTH;
  const timeWidth = narrow ? NARROW_TIME_WIDTH : TIME_WIDTH;
  const columns: Column<number>[] = [
    {
      header: narrow ? 'UTC' : 'time (UTC)',
      text: (step) => formatMinute(result.start + step * result.stepSeconds).slice(-timeWidth),
    },
    ...fittingLevels(levels, terminal.columns - timeWidth).map(
      (level): Column<number> => ({
        header: `p${Math.round(level * 1000) / 10}`,
        align: 'right',
        text: (step) => formatNumber(levelOf(result, level)[step]!),
      }),
    ),
  ];
  return renderTable(columns, shownSteps(result.horizon), terminal);
};

/** Chart, reason and, on request, a table of one series. */
export const describeForecast = (
  forecast: SeriesForecast,
  levels: readonly number[],
  withTable: boolean,
  terminal: Terminal,
): string[] => {
  const { series, history, result } = forecast;
  const ahead = formatDuration(result.horizon * result.stepSeconds);
  const chart = renderChart(
    {
      title: `${series}: ${formatCount(result.horizon, 'step')} of ${formatDuration(result.stepSeconds)} (${ahead})`,
      history,
      forecast: {
        start: result.start,
        stepSeconds: result.stepSeconds,
        lower: levelOf(result, 0.1),
        middle: levelOf(result, 0.5),
        upper: levelOf(result, 0.9),
      },
    },
    terminal,
  );
  const table = withTable ? [...stepTable(forecast, levels, terminal), ''] : [];
  return [...chart, '', ...table, `${result.model}: ${result.reason}`, ''];
};

const newest = (values: Float64Array): number =>
  values.findLast((value) => Number.isFinite(value)) ?? Number.NaN;

/** One line per series: its latest value and its forecast at the end of the horizon. */
export const summariseForecasts = (forecasts: readonly SeriesForecast[], terminal: Terminal): string[] => {
  const final = (level: number) => ({
    header: `p${level * 100} at end`,
    align: 'right' as const,
    text: ({ result }: SeriesForecast) => formatNumber(levelOf(result, level).at(-1)!),
  });
  const columns: Column<SeriesForecast>[] = [
    { header: 'series', text: ({ series }) => series, shrinks: true },
    { header: 'points', align: 'right', text: ({ history }) => String(history.values.length) },
    { header: 'step', align: 'right', text: ({ result }) => formatDuration(result.stepSeconds) },
    { header: 'newest', align: 'right', text: ({ history }) => formatNumber(newest(history.values)) },
    final(0.1),
    final(0.5),
    final(0.9),
  ];
  return renderTable(columns, forecasts, terminal);
};
