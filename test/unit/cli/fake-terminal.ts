import { Readable, Writable } from 'node:stream';
import { buildProgram } from '../../../cli/program.ts';
import { runProgram } from '../../../cli/run-program.ts';
import type { Terminal } from '../../../cli/terminal/terminal.ts';

/** A stream that records what is written to it. */
export class Kept extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const fakeTerminal = (more: Partial<Terminal> = {}): Terminal & { stdout: Kept; stderr: Kept } => ({
  stdin: Readable.from([]),
  env: {},
  columns: 80,
  colour: false,
  unicode: false,
  interactive: false,
  ...more,
  stdout: new Kept(),
  stderr: new Kept(),
});

/** Runs a command line in this process. */
export const runCli = async (words: readonly string[], more: Partial<Terminal> = {}): Promise<Outcome> => {
  const terminal = fakeTerminal(more);
  const code = await runProgram(buildProgram(terminal), words, terminal);
  return { code, out: terminal.stdout.text, err: terminal.stderr.text };
};

/** A CSV of a daily wave: `timestamp,value`, five-minute steps. */
export const waveCsv = (points: number): string => {
  const rows = Array.from({ length: points }, (_, i) => {
    const at = new Date(Date.UTC(2026, 0, 1) + i * 300_000).toISOString();
    return `${at},${(50 + 20 * Math.sin((2 * Math.PI * i) / 288) + ((i * 7919) % 13) / 10).toFixed(3)}`;
  });
  return `timestamp,value\n${rows.join('\n')}\n`;
};
