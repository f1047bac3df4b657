import type { RegularSeries } from '../../core/metrics/series/metric-series.ts';
import { Canvas, type Layer } from './canvas.ts';
import { paint } from './colour.ts';
import { formatMinute, formatNumber } from './format.ts';
import type { Terminal } from './terminal.ts';
import { pad, textWidth, truncate, withoutControl } from './text-width.ts';

/** A forecast's band and middle line, on the history's step; usually p10, p50 and p90. */
export interface ChartForecast {
  /** Epoch seconds of the first step. */
  readonly start: number;
  readonly stepSeconds: number;
  readonly lower: ArrayLike<number>;
  readonly middle: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
}

export interface ChartInput {
  readonly title?: string;
  readonly history: RegularSeries;
  readonly forecast?: ChartForecast;
  /** A threshold, in the metric's unit. */
  readonly limit?: number;
}

export interface ChartLook extends Pick<Terminal, 'columns' | 'colour' | 'unicode'> {
  /** Lines of the plot itself; default 12. */
  readonly rows?: number;
}

const DEFAULT_ROWS = 12;
/** History shown, in multiples of the forecast's length. */
const HISTORY_SHARE = 3;
const WIDEST = 160;

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly from: number;
  readonly to: number;
}

const valuesOf = (values: ArrayLike<number>): number[] => Array.from(values).filter(Number.isFinite);

/** Includes the limit in the scale only if it is near; a distant limit would flatten the lines. */
const scaleOf = ({ history, forecast, limit }: ChartInput): Scale => {
  const shown = [
    ...valuesOf(history.values),
    ...(forecast ? [...valuesOf(forecast.lower), ...valuesOf(forecast.upper)] : []),
  ];
  let low = shown.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  let high = shown.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (shown.length === 0) [low, high] = [0, 1];
  const reach = (high - low || Math.abs(high) || 1) * 2;
  if (limit !== undefined && limit > low - reach && limit < high + reach) {
    [low, high] = [Math.min(low, limit), Math.max(high, limit)];
  }
  const margin = high > low ? (high - low) * 0.03 : Math.abs(high) * 0.1 || 1;
  const historyEnd = history.start + (history.values.length - 1) * history.stepSeconds;
  const to = forecast ? forecast.start + (forecast.middle.length - 1) * forecast.stepSeconds : historyEnd;
  // No axis below zero for values that never are.
  const bottom = low >= 0 ? Math.max(0, low - margin) : low - margin;
  return { low: bottom, high: high + margin, from: history.start, to: Math.max(to, history.start + 1) };
};

/** The last part of the history, in proportion to the forecast's length. */
const recent = ({ history, forecast }: ChartInput): RegularSeries => {
  if (forecast === undefined) return history;
  const seconds = HISTORY_SHARE * forecast.middle.length * forecast.stepSeconds;
  const kept = Math.min(history.values.length, Math.max(2, Math.ceil(seconds / history.stepSeconds)));
  const dropped = history.values.length - kept;
  return {
    ...history,
    start: history.start + dropped * history.stepSeconds,
    values: history.values.subarray(dropped),
  };
};

interface Plot {
  readonly canvas: Canvas;
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

const plotOf = (canvas: Canvas, { low, high, from, to }: Scale): Plot => ({
  canvas,
  x: (at) => Math.round(((at - from) / (to - from)) * (canvas.width - 1)),
  y: (value) => Math.round(((high - value) / (high - low)) * (canvas.height - 1)),
});

/** A line through consecutive values; missing ones break it. */
const drawLine = (plot: Plot, line: RegularSeries, layer: Layer): void => {
  let before: readonly [number, number] | undefined;
  for (const [index, value] of line.values.entries()) {
    if (!Number.isFinite(value)) {
      before = undefined;
      continue;
    }
    const point = [plot.x(line.start + index * line.stepSeconds), plot.y(value)] as const;
    joinDots(plot.canvas, before ?? point, point, layer);
    before = point;
  }
};

const joinDots = (
  canvas: Canvas,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  layer: Layer,
): void => {
  const length = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  for (let i = 0; i <= length; i++) {
    canvas.set(Math.round(x0 + ((x1 - x0) * i) / length), Math.round(y0 + ((y1 - y0) * i) / length), layer);
  }
};

/** Sparse in braille, so that the lines over the band stay visible. */
const drawBand = (plot: Plot, forecast: ChartForecast, sparse: boolean): void => {
  const [from, to] = [plot.x(forecast.start), plot.canvas.width - 1];
  for (let x = from; x <= to; x++) {
    const last = forecast.middle.length - 1;
    const step = to > from ? Math.round(((x - from) / (to - from)) * last) : 0;
    const bottom = plot.y(forecast.lower[step]!);
    for (let y = plot.y(forecast.upper[step]!); y <= bottom; y++) {
      if (!sparse || (x + 2 * y) % 4 === 0) plot.canvas.set(x, y, 'band');
    }
  }
};

const drawAll = (plot: Plot, input: ChartInput, history: RegularSeries, unicode: boolean): void => {
  const { forecast, limit } = input;
  if (forecast) drawBand(plot, forecast, unicode);
  if (limit !== undefined)
    for (let x = 0; x < plot.canvas.width; x += 2) plot.canvas.set(x, plot.y(limit), 'threshold');
  drawLine(plot, history, 'history');
  if (!forecast) return;
  const { start, stepSeconds } = forecast;
  drawLine(plot, { start, stepSeconds, values: Float64Array.from(forecast.middle) }, 'median');
};

/** Labels of the start, the beginning of the forecast (with a tick) and the end, if they fit. */
const timeAxis = (
  plot: Plot,
  scale: Scale,
  input: ChartInput,
  columns: number,
  dotsPerColumn: number,
): string[] => {
  const [left, right] = [formatMinute(scale.from), formatMinute(scale.to).slice(5)];
  const now = input.forecast && Math.floor(plot.x(input.forecast.start) / dotsPerColumn);
  const ticks = now === undefined ? '' : `${' '.repeat(now)}^ forecast`;
  const middle = Math.max(0, columns - left.length - right.length);
  const labels = middle > 0 ? `${left}${' '.repeat(middle)}${right}` : left;
  return [ticks.slice(0, columns), labels.slice(0, columns)].filter((line) => line !== '');
};

const gutterLabels = ({ low, high }: Scale, rows: number): string[] => {
  const labels = new Array<string>(rows).fill('');
  for (const row of new Set([0, Math.floor((rows - 1) / 2), rows - 1])) {
    labels[row] = formatNumber(high - ((high - low) * row) / Math.max(1, rows - 1));
  }
  return labels;
};

const legend = (input: ChartInput, { colour, unicode }: ChartLook): string => {
  const mark = (ascii: string, braille: string): string => (unicode ? braille : ascii);
  const parts = [paint(colour, 'cyan', `${mark('*', '⠤')} history`)];
  if (input.forecast) {
    parts.push(
      paint(colour, 'yellow', `${mark('o', '⠤')} p50`),
      paint(colour, 'gray', `${mark(':', '⠡')} p10-p90`),
    );
  }
  if (input.limit !== undefined)
    parts.push(paint(colour, 'red', `${mark('-', '⠁')} limit ${formatNumber(input.limit)}`));
  return parts.join('  ');
};

/** A chart of history, forecast band and limit as lines of text, no wider than the terminal. */
export const renderChart = (input: ChartInput, look: ChartLook): string[] => {
  const rows = look.rows ?? DEFAULT_ROWS;
  const history = recent(input);
  const shown = { ...input, history };
  const scale = scaleOf(shown);
  const labels = gutterLabels(scale, rows);
  const gutter = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const columns = Math.max(4, Math.min(WIDEST, look.columns) - gutter - 2);
  const canvas = new Canvas(columns, rows, look.unicode);
  const plot = plotOf(canvas, scale);
  drawAll(plot, input, history, look.unicode);
  const edge = look.unicode ? '│' : '|';
  const body = canvas
    .render(look.colour)
    .map((line, row) => `${pad(labels[row]!, gutter, 'right')} ${edge}${line}`.trimEnd());
  const axis = timeAxis(plot, scale, shown, columns, look.unicode ? 2 : 1);
  const indent = ' '.repeat(gutter + 2);
  const ellipsis = look.unicode ? '…' : '~';
  const title =
    input.title === undefined ? [] : [truncate(withoutControl(input.title), look.columns, ellipsis)];
  const key = legend(input, look);
  return [
    ...title,
    ...body,
    ...axis.map((line) => indent + line),
    ...(textWidth(key) <= look.columns ? [key] : []),
  ];
};
