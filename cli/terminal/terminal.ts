import type { Readable, Writable } from 'node:stream';
import { printLine } from './writer.ts';

/** Input and output of a command, with the capabilities of the terminal. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Usable width in characters. */
  readonly columns: number;
  readonly colour: boolean;
  readonly unicode: boolean;
  /** True if stderr is a terminal, so that progress bars make sense. */
  readonly interactive: boolean;
}

type Environment = Terminal['env'];

const DEFAULT_COLUMNS = 80;
const MIN_COLUMNS = 20;

/** Width from the terminal, else COLUMNS, else 80; at least 20. */
export const columnsOf = (columns: number | undefined, env: Environment): number => {
  const given = columns ?? Number(env.COLUMNS);
  return Number.isInteger(given) && given > 0 ? Math.max(MIN_COLUMNS, given) : DEFAULT_COLUMNS;
};

/** NO_COLOR (https://no-color.org) and FORCE_COLOR override the terminal's capabilities. */
export const wantsColour = (isTTY: boolean, env: Environment): boolean => {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return isTTY && env.TERM !== 'dumb';
};

/** True if the locale is UTF-8, or if none is set on macOS or Windows. */
export const showsUnicode = (env: Environment, platform: string): boolean => {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale ? /utf-?8/i.test(locale) : platform === 'darwin' || platform === 'win32';
};

/**
 * The terminal of this process. If the reader closes stdout (`| head`), the process exits with 0; if stdout cannot be
 * written (a full disk), with a message and 1.
 */
export const processTerminal = (): Terminal => {
  const { stdin, stdout, stderr, env, platform } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    printLine(stderr, `forestall: cannot write to stdout: ${error.message}`);
    process.exit(1);
  });
  return {
    stdin,
    stdout,
    stderr,
    env,
    columns: columnsOf(stdout.columns, env),
    colour: wantsColour(stdout.isTTY, env),
    unicode: showsUnicode(env, platform),
    interactive: stderr.isTTY && env.TERM !== 'dumb',
  };
};
