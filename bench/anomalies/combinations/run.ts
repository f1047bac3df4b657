/** Scoreboard of combinations of metrics: false alarms on a fleet without faults, and broken relations found. */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type CombinationsBench, type FaultFigures, measureCombinations } from './measure.ts';

const DEFAULT_SEED = 21;
const DEFAULT_SERVERS = 24;
const QUICK_SERVERS = 1;

export interface CombinationsBenchOptions {
  readonly seed?: number | undefined;
  readonly servers?: number | undefined;
  readonly json?: string | undefined;
  readonly quick?: boolean | undefined;
  readonly out: (line: string) => void;
}

const percent = (share: number): string => (Number.isFinite(share) ? `${(100 * share).toFixed(0)} %` : '-');

const minutes = (value: number): string => (Number.isFinite(value) ? value.toFixed(0) : '-');

const HEADER = ['fault, in usual deviations', 'found', 'named', 'delay', 'end', 'single metrics', 'either'];

const rowOf = (fault: FaultFigures): string[] => [
  fault.name,
  percent(fault.byCombination),
  percent(fault.named),
  minutes(fault.medianDelayMinutes),
  minutes(fault.medianEndMinutes),
  percent(fault.bySeries),
  percent(fault.byEither),
];

const print = ({ clean, faults }: CombinationsBench, out: (line: string) => void): void => {
  const { targetMonths, ofSeries, ofCombinations } = clean;
  out(`Targets without faults, six metrics, ${targetMonths} target-months: alerts per target and month`);
  out(`  ${ofSeries.toFixed(2)} of single metrics, ${ofCombinations.toFixed(2)} of combinations`);
  out('Broken relations of six hours; delay of the alert, and of its end after the fault, in minutes');
  const rows = [HEADER, ...faults.map(rowOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
    );
    out(`  ${cells.join('  ')}`);
  }
};

/** Prints the table, writes the JSON if requested, and returns the figures. */
export const runCombinationsBench = ({
  seed,
  servers,
  json,
  quick,
  out,
}: CombinationsBenchOptions): CombinationsBench => {
  const figures = measureCombinations(
    seed ?? DEFAULT_SEED,
    servers ?? (quick ? QUICK_SERVERS : DEFAULT_SERVERS),
  );
  print(figures, out);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  return figures;
};

const main = (): void => {
  const { values } = parseArgs({
    options: { seed: { type: 'string' }, servers: { type: 'string' }, json: { type: 'string' } },
  });
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const { seed, servers, json } = values;
  runCombinationsBench({
    seed: number(seed),
    servers: number(servers),
    json,
    out: (line) => console.log(line),
  });
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
