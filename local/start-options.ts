import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { InvalidInputError } from '../core/shared/errors.ts';

export interface StartOptions {
  /** Folder of CSV files to replay instead of the simulated fleet. */
  readonly data: string | undefined;
  readonly servers: number;
  readonly days: number;
  readonly seed: number;
  /** Stop after the report instead of sending live metrics until interrupted. */
  readonly once: boolean;
  /** Folder for logs, outputs and the connection file; one running system per folder. Default `.local`. */
  readonly state: string | undefined;
  /** File to which the report is also drawn, as SVG. */
  readonly picture: string | undefined;
  /** Show one remediation that waits for an approval, instead of a fleet. */
  readonly remediate: boolean;
  readonly help: boolean;
}

export const START_USAGE = `Usage: npm start -- [options]

  --data DIR      replay the CSV files under DIR (timestamp,value per series, or timestamp,series,value)
  --servers N     simulated servers if --data is not given (default 20)
  --days N        days of simulated history (default 14)
  --seed N        seed of the simulation (default 1); the same seed gives the same fleet
  --once          print the report and stop instead of running until Ctrl-C
  --picture FILE  also draw the table and the chart of the report into FILE, as SVG
  --remediate     show one remediation, from a predicted breach to a verified action; it asks you to approve
  --state DIR     keep logs and records in DIR instead of .local, to run a second system
  --help          print this text
`;

const wholeNumber = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidInputError(`--${name}: found "${text}", expected a whole number from ${least} to ${most}`);
};

const existingFolder = (path: string): string => {
  if (!existsSync(path)) throw new InvalidInputError(`--data: folder ${path} does not exist`);
  if (!statSync(path).isDirectory())
    throw new InvalidInputError(`--data: ${path} is a file; expected a folder`);
  return path;
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        servers: { type: 'string', default: '20' },
        days: { type: 'string', default: '14' },
        seed: { type: 'string', default: '1' },
        once: { type: 'boolean', default: false },
        state: { type: 'string' },
        picture: { type: 'string' },
        remediate: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new InvalidInputError(`${(cause as Error).message}\n\n${START_USAGE}`, { cause });
  }
};

/** Options of a fleet, which the story of one remediation has no use for. */
const OF_A_FLEET = ['data', 'picture'] as const;

/** @throws InvalidInputError that names the option, the value found and the value expected */
export const readStartOptions = (args: readonly string[]): StartOptions => {
  const values = parse(args);
  const useless = values.remediate ? OF_A_FLEET.find((name) => values[name] !== undefined) : undefined;
  if (useless !== undefined)
    throw new InvalidInputError(`--remediate shows servers of its own: leave out --${useless}`);
  return {
    data: values.data === undefined ? undefined : existingFolder(values.data),
    servers: wholeNumber('servers', values.servers, 1, 10_000),
    days: wholeNumber('days', values.days, 1, 30),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    once: values.once,
    state: values.state === undefined ? undefined : resolve(values.state),
    picture: values.picture === undefined ? undefined : resolve(values.picture),
    remediate: values.remediate,
    help: values.help,
  };
};
