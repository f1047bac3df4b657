import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type DetectBench, FULL_SIZE, measure, QUICK_SIZE } from './measure.ts';
import { printTable } from './table.ts';

/** Where the data lies, where to write the JSON (nowhere if absent), and where the table's lines go. */
export interface DetectBenchOptions {
  /** Directory that holds `nab/` and, optionally, `fleet/`. */
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
    console.error('expected --data DIR with nab/ (and fleet/) in it');
    process.exitCode = 2;
    return;
  }
  runDetectBench({ data: values.data, json: values.json, out: (line) => console.log(line) });
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
