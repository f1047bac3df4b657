import { Command, InvalidArgumentError } from 'commander';
import { largestOf } from '../../../core/forecasts/series-bounds.ts';
import { regularise } from '../../../core/metrics/series/regularise.ts';
import { capacityOf } from '../../../core/metrics/targets/profiles.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { openInput } from '../../input/open-input.ts';
import { readingOf } from '../../input/series-reading.ts';
import { readSeriesWithUptime, type SeriesWithUptime } from '../../input/series-with-uptime.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { formatCount } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';
import { describeTrends } from './trends-text.ts';

interface Options {
  readonly uptime?: string;
  readonly capacity?: number;
  readonly downBelow?: number;
  readonly totals?: true;
  readonly json?: true;
}

/** More than a year of one-minute steps. */
const MAX_STEPS = 600_000;

const parseNumber = (text: string): number => {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
};

const report = async (
  named: SeriesWithUptime,
  { capacity: wanted, downBelow, totals }: Options,
  file: string,
  warn: (line: string) => void,
) => {
  const { points, uptime } = named;
  const { kind, metric, unit } = readingOf(named, file);
  // Imported here, so that other commands do not load the engine.
  const { reportTrends } = await import('../../../core/forecasts/trends/trend-report.ts');
  const { presentTrends } = await import('../../../core/forecasts/api/trends.ts');
  const series = regularise({ ...points, kind }, { maxSteps: MAX_STEPS });
  const { stepSeconds } = series;
  const capacity = wanted ?? capacityOf(metric, unit, largestOf(series.values));
  const [first = 0] = points.timestamps;
  const omitted = Math.round((series.start - first) / stepSeconds);
  if (omitted > 0)
    warn(
      `only the last ${formatCount(MAX_STEPS, 'step')} are used; ${formatCount(omitted, 'older one is', 'older ones are')} not`,
    );
  const trends = reportTrends(series, {
    ...(capacity !== undefined && { capacity }),
    ...(downBelow !== undefined && { downBelow }),
    ...(uptime && {
      uptime: regularise({ ...uptime, kind: 'gauge' }, { stepSeconds, maxSteps: MAX_STEPS }),
    }),
    totals: totals === true,
  });
  return presentTrends(trends);
};

const run = async (file: string, options: Options, terminal: Terminal): Promise<void> => {
  const input = openInput(file, terminal.stdin);
  const found = await readSeriesWithUptime(input, options.uptime, (line) =>
    printLine(terminal.stderr, `forestall: ${line}`),
  );
  const writer = new LineWriter(terminal.stdout);
  let failed = 0;
  for (const [series, points] of found) {
    try {
      const warn = (line: string) => printLine(terminal.stderr, `forestall: series "${series}": ${line}`);
      const trends = await report(points, options, input.name, warn);
      await writer.lines(options.json ? [jsonText({ series, ...trends })] : describeTrends(series, trends));
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      failed++;
      printLine(terminal.stderr, `forestall: series "${series}": ${error.message}`);
    }
  }
  if (failed > 0) throw new InvalidInputError(`no trend for ${failed} of ${found.size} series`);
};

/** `forestall trends FILE|-`: long-term trends of every series of an export, without AWS or network. */
export const trendsCommand = (terminal: Terminal): Command =>
  new Command('trends')
    .description(
      'report 30, 60 and 90-day trends, growth, run-out date, leaks and recurring days of an export',
    )
    .argument('<file>', 'CSV or JSON export, plain or .gz, or - for stdin')
    .option('--uptime <name>', 'column or series with the uptime; looks for leaks')
    .option(
      '--capacity <value>',
      'value at which the series runs out; predicts when (default: the bound of a percentage or ratio, 0 if it is free)',
      parseNumber,
    )
    .option(
      '--down-below <value>',
      'value below which the service is down; predicts failures and downtime',
      parseNumber,
    )
    .option('--totals', "the values add up (orders, calls, revenue): forecast the next day's total")
    .option('--json', 'print one JSON object per line and series')
    .action((file: string, options: Options) => run(file, options, terminal));
