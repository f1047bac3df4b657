import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A command that could not be started or exited with an error; the message ends with its last lines. */
export class CommandFailedError extends DependencyUnavailableError {
  readonly command: string;
  readonly lastLines: readonly string[];
  constructor(command: string, outcome: string, lastLines: readonly string[], options?: ErrorOptions) {
    super([`${command} ${outcome}`, ...lastLines.map((line) => `  ${line}`)].join('\n'), options);
    this.command = command;
    this.lastLines = lastLines;
  }
}

const KEPT_LINES = 20;

/** Runs a program until it exits and returns its output lines (stdout and stderr). Throws `CommandFailedError`. */
export const runCommand = (
  file: string,
  args: readonly string[],
  { cwd, env, onLine, signal }: CommandOptions = {},
): Promise<readonly string[]> => {
  const lines: string[] = [];
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(signal === undefined ? {} : { signal }),
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      onLine?.(line);
    });
  }
  return new Promise((resolve, reject) => {
    const fail = (outcome: string, cause?: unknown) =>
      reject(
        new CommandFailedError(`${file} ${args[0] ?? ''}`, outcome, lines.slice(-KEPT_LINES), { cause }),
      );
    child.once('error', (error) => fail(`could not run: ${error.message}`, error));
    child.once('close', (code, killed) => {
      if (code === 0) resolve(lines);
      else fail(killed === null ? `exited with status ${code}` : `was killed by ${killed}`);
    });
  });
};
