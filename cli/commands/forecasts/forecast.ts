import { Command } from 'commander';
import type { Forecaster } from '../../../core/forecasts/engine/forecast.ts';
import { meaningOf } from '../../../core/metrics/meaning/metric-meaning.ts';
import { regularise } from '../../../core/metrics/series/regularise.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { nameFromFile } from '../../input/file-naming.ts';
import { openInput } from '../../input/line-batches.ts';
import { readSeriesCsv, type SeriesPoints, UNNAMED_SERIES } from '../../input/series-csv.ts';
import { formatTimestamp } from '../../input/timestamp.ts';
import { startProgress } from '../../terminal/progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';
import { parseLevels, wholeNumber } from '../shared/option-values.ts';
import { describeForecast, type SeriesForecast, summariseForecasts } from './forecast-text.ts';

/** Levels that the table and the chart show. */
const SHOWN_LEVELS: readonly number[] = [0.1, 0.5, 0.9];
const MOST_CHARTS = 4;

interface Options {
  readonly horizon: number;
  readonly quantiles: readonly number[];
  readonly json?: true;
}

interface Failure {
  readonly series: string;
  readonly reason: string;
}

/** 0 and 100 where the name means a percentage and no value contradicts it. */
const boundsOf = (name: string, values: Float64Array): { bounds?: { lower: number; upper: number } } => {
  const percent = meaningOf(name).scale.kind === 'percent';
  return percent && !values.some((value) => value < 0 || value > 100)
    ? { bounds: { lower: 0, upper: 100 } }
    : {};
};

const forecastSeries = (
  forecast: Forecaster,
  series: string,
  metric: string,
  points: SeriesPoints,
  { horizon, quantiles }: Pick<Options, 'horizon' | 'quantiles'>,
): SeriesForecast => {
  const history = regularise({ ...points, kind: 'gauge' });
  const bounds = boundsOf(metric, history.values);
  return { series, history, result: forecast({ history, horizon, quantileLevels: quantiles, ...bounds }) };
};

const toJson = ({ series, result }: SeriesForecast): string =>
  JSON.stringify({
    series,
    start: formatTimestamp(result.start),
    step_seconds: result.stepSeconds,
    horizon: result.horizon,
    quantiles: Object.fromEntries(
      result.quantileLevels.map((level, index) => [String(level), Array.from(result.quantiles[index]!)]),
    ),
    model: result.model,
    reason: result.reason,
  });

/** One bad series does not stop the others: it is told on stderr, and the exit code says so. */
const reportFailures = (failures: readonly Failure[], count: number, terminal: Terminal): void => {
  for (const { series, reason } of failures)
    terminal.stderr.write(`forestall: series "${series}": ${reason}\n`);
  if (failures.length > 0) {
    throw new InvalidInputError(`${failures.length} of ${count} series could not be forecast`);
  }
};

const run = async (file: string, options: Options, terminal: Terminal): Promise<void> => {
  // Loaded here, so that no other command waits for the engine.
  const { forecast } = await import('../../../core/forecasts/engine/ensemble.ts');
  const input = openInput(file, terminal.stdin);
  const found = await readSeriesCsv(input);
  const quantiles = options.json
    ? options.quantiles
    : [...new Set([...options.quantiles, ...SHOWN_LEVELS])].sort((a, b) => a - b);
  const writer = new LineWriter(terminal.stdout);
  const progress = startProgress(terminal, 'forecasting', found.size);
  const failures: Failure[] = [];
  const done: SeriesForecast[] = [];
  for (const [series, points] of found) {
    // The only series of a file is named by the file, if at all.
    const metric = series === UNNAMED_SERIES ? nameFromFile(input.name).metric : series;
    try {
      const next = forecastSeries(forecast, series, metric, points, { ...options, quantiles });
      progress.stop();
      if (options.json) await writer.lines([toJson(next)]);
      else done.push(next);
      for (const warning of next.result.warnings) terminal.stderr.write(`forestall: ${series}: ${warning}\n`);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      failures.push({ series, reason: error.message });
    }
    progress.advance();
  }
  progress.stop();
  for (const one of done.slice(0, MOST_CHARTS)) {
    await writer.lines(describeForecast(one, options.quantiles, done.length === 1, terminal));
  }
  if (done.length > 1) await writer.lines(summariseForecasts(done, terminal));
  reportFailures(failures, found.size, terminal);
};

/** `forestall forecast FILE.csv|-`: quantile forecasts of every series in a CSV, with no AWS and no network. */
export const forecastCommand = (terminal: Terminal): Command =>
  new Command('forecast')
    .description('forecast every series of a CSV (timestamp,value or timestamp,series,value)')
    .argument('<file>', 'CSV file, plain or .gz, or - for stdin')
    .option('--horizon <steps>', 'number of steps ahead', wholeNumber(1, 10_000), 96)
    .option(
      '--quantiles <levels>',
      'comma-separated levels between 0 and 1',
      parseLevels,
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    )
    .option('--json', 'one JSON object per line and series')
    .action((file: string, options: Options) => run(file, options, terminal));
