import { Command } from 'commander';
import type { BackendRequest, ForecastBackend } from '../../../core/forecasts/ports.ts';
import { seriesBounds } from '../../../core/forecasts/series-bounds.ts';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { regularise } from '../../../core/metrics/series/regularise.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { chunksOf } from '../../../core/shared/in-parallel.ts';
import { clockMoves } from '../../../core/shared/time-zone.ts';
import { openInput } from '../../input/open-input.ts';
import { formatTimestamp } from '../../input/reading/timestamp.ts';
import { type NamedSeries, readSeriesPoints } from '../../input/series-points.ts';
import { readingOf, type SeriesReading } from '../../input/series-reading.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { startProgress } from '../../terminal/progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import { parseLevels, parseZone, wholeNumber } from '../shared/option-values.ts';
import { describeForecast, type SeriesForecast, summariseForecasts } from './forecast-text.ts';

/** Levels in the table and the chart. */
const SHOWN_LEVELS: readonly number[] = [0.1, 0.5, 0.9];
const MAX_CHARTS = 4;
const SERIES_PER_CALL = 8;

interface Options {
  readonly horizon: number;
  readonly quantiles: readonly number[];
  readonly json?: true;
  readonly zone?: string;
}

interface Failure {
  readonly series: string;
  readonly reason: string;
}

/** A series ready to be forecast. */
interface PlannedSeries {
  readonly series: string;
  readonly request: BackendRequest;
  /** How the metric was read. */
  readonly reading: string;
}

const failureOf = (series: string, error: unknown): Failure => {
  if (error instanceof InvalidInputError) return { series, reason: error.message };
  throw error;
};

const movesOf = (zone: string, { start, stepSeconds, values }: RegularSeries, horizon: number) =>
  clockMoves(zone, start, start + (values.length + horizon) * stepSeconds);

const planSeries = (
  series: string,
  { points }: NamedSeries,
  { metric, unit, kind, text }: SeriesReading,
  { horizon, quantiles, zone }: Pick<Options, 'horizon' | 'quantiles' | 'zone'>,
): PlannedSeries | Failure => {
  try {
    const history = regularise({ ...points, kind });
    const bounds = seriesBounds(metric, unit, history.values);
    const request = {
      itemId: series,
      history,
      horizon,
      quantileLevels: quantiles,
      ...(bounds && { bounds }),
      ...(zone !== undefined && { clockMoves: movesOf(zone, history, horizon) }),
    };
    return { series, request, reading: text };
  } catch (error) {
    return failureOf(series, error);
  }
};

/** Forecasts some series in one call; a series that cannot be forecast is a failure in its place. */
const forecastSeries = async (
  backend: ForecastBackend,
  planned: readonly (PlannedSeries | Failure)[],
): Promise<(SeriesForecast | Failure)[]> => {
  const requests = planned.flatMap((one) => ('request' in one ? [one.request] : []));
  const results = new Map((await backend.forecast(requests)).map((result) => [result.itemId, result]));
  return planned.map((one) => {
    if (!('request' in one)) return one;
    const result = results.get(one.series)!;
    if ('error' in result) return failureOf(one.series, result.error);
    const { forecast } = result;
    const reason = `${forecast.reason}; ${one.reading}`;
    return { series: one.series, history: one.request.history, result: { ...forecast, reason } };
  });
};

const toJson = ({ series, result }: SeriesForecast): string =>
  jsonText({
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

/** A bad series does not stop the others: it is reported on stderr, and the exit code is not zero. */
const reportFailures = (failures: readonly Failure[], count: number, terminal: Terminal): void => {
  for (const { series, reason } of failures)
    printLine(terminal.stderr, `forestall: series "${series}": ${reason}`);
  if (failures.length > 0) {
    throw new InvalidInputError(`${failures.length} of ${count} series could not be forecast`);
  }
};

/** JSON prints only the requested levels. The table and the chart need their own levels as well. */
const levelsOf = ({ json, quantiles }: Options): readonly number[] =>
  json ? quantiles : [...new Set([...quantiles, ...SHOWN_LEVELS])].sort((a, b) => a - b);

const printDescriptions = async (
  done: readonly SeriesForecast[],
  { quantiles }: Options,
  terminal: Terminal,
): Promise<void> => {
  const writer = new LineWriter(terminal.stdout);
  for (const one of done.slice(0, MAX_CHARTS)) {
    await writer.lines(describeForecast(one, quantiles, done.length === 1, terminal));
  }
  if (done.length > 1) await writer.lines(summariseForecasts(done, terminal));
};

const warn = ({ series, result }: SeriesForecast, terminal: Terminal): void => {
  for (const warning of result.warnings) printLine(terminal.stderr, `forestall: ${series}: ${warning}`);
};

const run = async (file: string, options: Options, terminal: Terminal): Promise<void> => {
  // Imported here, so that other commands do not load the engine.
  const { ensembleBackendWith } = await import('../../../core/forecasts/ensemble-backend.ts');
  const { shippedFleetTrees } = await import('../../../core/forecasts/shipped-fleet-trees.ts');
  const backend = ensembleBackendWith(shippedFleetTrees());
  const input = openInput(file, terminal.stdin);
  const report = (line: string) => printLine(terminal.stderr, `forestall: ${line}`);
  const found = await readSeriesPoints(input, { report });
  const writer = new LineWriter(terminal.stdout);
  const progress = startProgress(terminal, 'forecasting', found.size);
  const wanted = { ...options, quantiles: levelsOf(options) };
  const failures: Failure[] = [];
  const done: SeriesForecast[] = [];
  for (const some of chunksOf(SERIES_PER_CALL, [...found])) {
    const planned = some.map(([series, named]) =>
      planSeries(series, named, readingOf(named, input.name), wanted),
    );
    const results = await forecastSeries(backend, planned);
    progress.stop();
    for (const one of results) {
      if ('reason' in one) failures.push(one);
      else {
        if (options.json) await writer.lines([toJson(one)]);
        else done.push(one);
        warn(one, terminal);
      }
    }
    progress.advance(results.length);
  }
  progress.stop();
  await printDescriptions(done, options, terminal);
  reportFailures(failures, found.size, terminal);
};

/** `forestall forecast FILE|-`: quantile forecasts of every series of an export, with no AWS and no network. */
export const forecastCommand = (terminal: Terminal): Command =>
  new Command('forecast')
    .description('forecast every series of an export (CSV or JSON, see docs/cli.md)')
    .argument('<file>', 'CSV or JSON export, plain or .gz, or - for stdin')
    .option('--horizon <steps>', 'number of steps ahead', wholeNumber(1, 10_000), 96)
    .option(
      '--quantiles <levels>',
      'comma-separated levels between 0 and 1',
      parseLevels,
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    )
    .option(
      '--zone <name>',
      'time zone of the users, such as Europe/Berlin: follows its clocks through daylight saving time',
      parseZone,
    )
    .option('--json', 'print one JSON object per line and series')
    .action((file: string, options: Options) => run(file, options, terminal));
