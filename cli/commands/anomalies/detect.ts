import { Command } from 'commander';
import type { DetectionResult, Detector } from '../../../core/anomalies/engine/detector.ts';
import { readInTimeOrder } from '../../input/points-in-time-order.ts';
import { csvField } from '../../input/reading/csv-text.ts';
import { type ExportPoint, UNNAMED } from '../../input/reading/export-format.ts';
import { isEpochText } from '../../input/reading/timestamp.ts';
import { CounterRate, isKnownCounter } from '../../input/series-reading.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter, printLine } from '../../terminal/writer.ts';

interface Options {
  readonly json?: true;
  readonly light?: true;
  readonly precise?: true;
}

/** A series with its detector. A counter is scored by its rate. */
interface WatchedSeries {
  readonly detector: Detector;
  readonly rate: CounterRate | undefined;
}

const isNamed = ({ series }: ExportPoint): boolean => series !== UNNAMED;

const headerFor = (point: ExportPoint | undefined): string =>
  `timestamp,${point !== undefined && isNamed(point) ? 'series,' : ''}value,score,alert`;

const toCsv = (point: ExportPoint, { score, alert }: DetectionResult): string => {
  const series = isNamed(point) ? `${csvField(point.series.name)},` : '';
  return `${csvField(point.timestampText)},${series}${csvField(point.valueText)},${score},${alert ? 1 : 0}`;
};

const toJson = (point: ExportPoint, result: DetectionResult): string => {
  const { score, alert, kind, expected } = result;
  const { timestampText, series, value } = point;
  return jsonText({
    timestamp: isEpochText(timestampText) ? Number(timestampText) : timestampText,
    ...(isNamed(point) && { series: series.name }),
    value: Number.isNaN(value) ? null : value,
    score,
    alert,
    kind,
    expected,
  });
};

/** Each point is scored as it arrives, so that a pipe that never ends (`tail -f`) works too. */
const run = async (file: string, options: Options, terminal: Terminal): Promise<void> => {
  // Loaded here, so that no other command waits for the engine.
  const { createDetector } = await import('../../../core/anomalies/engine/detector.ts');
  const writer = new LineWriter(terminal.stdout);
  const watched = new Map<string, WatchedSeries>();
  const variant = options.light ? 'light' : 'full';
  const sensitivity = options.precise ? 'precise' : 'balanced';
  const report = (line: string) => printLine(terminal.stderr, `forestall: ${line}`);
  let headerPending = !options.json;
  for await (const points of readInTimeOrder(file, terminal.stdin, report)) {
    for (const point of points) {
      if (headerPending) writer.line(headerFor(point));
      headerPending = false;
      const { series, timestamp, value } = point;
      const { detector, rate } = watched.get(series.name) ?? {
        detector: createDetector({ variant, sensitivity }),
        rate: isKnownCounter(series, file) ? new CounterRate() : undefined,
      };
      watched.set(series.name, { detector, rate });
      const result = detector.next(timestamp, rate?.next(timestamp, value) ?? value);
      if (writer.line((options.json ? toJson : toCsv)(point, result))) await writer.flush();
    }
    await writer.flush();
  }
  if (headerPending) await writer.lines([headerFor(undefined)]);
};

/** `forestall detect FILE|-`: a score and an alert for every point, strictly from the points before it. */
export const detectCommand = (terminal: Terminal): Command =>
  new Command('detect')
    .description('score every point of an export and mark alerts (CSV or JSON, see docs/cli.md)')
    .argument('<file>', 'CSV or JSON export, plain or .gz, or - for stdin')
    .option('--json', 'one JSON object per point instead of CSV')
    .option('--precise', 'fewer alerts, of which more are right: for paging rather than for looking')
    .option('--light', 'the fast detector: time of day only, no neighbours')
    .action((file: string, options: Options) => run(file, options, terminal));
