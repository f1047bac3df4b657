import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type DetectBench, FULL_SIZE, measure, QUICK_SIZE } from './measure.ts';
import { printTable } from './table.ts';

/** Folder of the data, file for the JSON (optional), and output for the table. */
export interface DetectBenchOptions {
  /** Directory with `nab/` and, optionally, `fleet/`. */
  readonly data: string;
  readonly json?: string | undefined;
  readonly quick?: boolean | undefined;
  readonly out: (line: string) => void;
}

/** Runs the whole detection scoreboard: prints the table, writes the JSON, returns the figures. */
export const runDetectBench = ({ data, json, quick, out }: DetectBenchOptions): DetectBench => {
  const figures = measure(data, quick ? QUICK_SIZE : FULL_SIZE, (stage) => out(`… ${stage}`));
  printTable(figures, out);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  return figures;
};

const main = (): void => {
  const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'string' } } });
  if (values.data === undefined) {
    console.error('expected --data DIR, a directory with nab/ (and optionally fleet/)');
    process.exitCode = 2;
    return;
  }
  runDetectBench({ data: values.data, json: values.json, out: (line) => console.log(line) });
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
