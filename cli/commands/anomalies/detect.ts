import { Command } from 'commander';
import type { DetectionResult, Detector } from '../../../core/anomalies/engine/detector.ts';
import { csvField } from '../../input/csv-row.ts';
import { lineBatches, openInput } from '../../input/line-batches.ts';
import { SeriesCsvReader, type SeriesRow } from '../../input/series-csv.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { LineWriter } from '../../terminal/writer.ts';

interface Options {
  readonly json?: true;
  readonly light?: true;
  readonly precise?: true;
}

const EPOCH = /^-?\d+(\.\d+)?$/;

const toCsv = (row: SeriesRow, named: boolean, { score, alert }: DetectionResult): string => {
  const series = named ? `${csvField(row.series)},` : '';
  return `${csvField(row.timestampText)},${series}${row.valueText},${score},${alert ? 1 : 0}`;
};

const toJson = (row: SeriesRow, named: boolean, result: DetectionResult): string => {
  const { score, alert, kind, expected } = result;
  return jsonText({
    timestamp: EPOCH.test(row.timestampText) ? row.timestamp : row.timestampText,
    ...(named && { series: row.series }),
    value: Number.isNaN(row.value) ? null : row.value,
    score,
    alert,
    kind,
    expected,
  });
};

/** Each line is scored as it arrives, so that a pipe that never ends (`tail -f`) works too. */
const run = async (file: string, options: Options, terminal: Terminal): Promise<void> => {
  // Loaded here, so that no other command waits for the engine.
  const { createDetector } = await import('../../../core/anomalies/engine/detector.ts');
  const input = openInput(file, terminal.stdin);
  const reader = new SeriesCsvReader(input.name);
  const writer = new LineWriter(terminal.stdout);
  const detectors = new Map<string, Detector>();
  const variant = options.light ? 'light' : 'full';
  const sensitivity = options.precise ? 'precise' : 'balanced';
  for await (const lines of lineBatches(input)) {
    for (const line of lines) {
      const headerPending = reader.named === undefined;
      const row = reader.next(line);
      const named = reader.named === true;
      if (headerPending && !options.json) writer.line(`timestamp,${named ? 'series,' : ''}value,score,alert`);
      if (row === undefined) continue;
      const detector = detectors.get(row.series) ?? createDetector({ variant, sensitivity });
      detectors.set(row.series, detector);
      const result = detector.next(row.timestamp, row.value);
      if (writer.line((options.json ? toJson : toCsv)(row, named, result))) await writer.flush();
    }
    await writer.flush();
  }
  reader.end();
};

/** `forestall detect FILE.csv|-`: a score and an alert for every point, strictly from the points before it. */
export const detectCommand = (terminal: Terminal): Command =>
  new Command('detect')
    .description('score every point of a CSV and mark alerts (timestamp,value or timestamp,series,value)')
    .argument('<file>', 'CSV file, plain or .gz, or - for stdin')
    .option('--json', 'one JSON object per point instead of CSV')
    .option('--precise', 'fewer alerts, of which more are right: for paging rather than for looking')
    .option('--light', 'the fast detector: time of day only, no neighbours')
    .action((file: string, options: Options) => run(file, options, terminal));
