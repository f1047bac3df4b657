import { ProblemError } from '../../../core/platform/api/errors.ts';
import { PROBLEMS } from '../../../core/platform/api/problems.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { isStorable } from '../../../core/shared/text.ts';
import type { Random } from './random-input.ts';

/** A parser that faces the network. */
export interface FuzzedParser {
  readonly name: string;
  readonly make: (random: Random) => unknown;
  /** Returns what it accepted, or undefined if it refused the input; it may also refuse with a typed error. */
  readonly parse: (input: never) => unknown;
  /** @throws Error if something that must hold of all accepted input does not */
  readonly check: (accepted: never, input: never) => void;
}

/** A parser with its types checked. */
export const parser = <Input, Accepted>(
  name: string,
  make: (random: Random) => Input,
  parse: (input: Input) => Accepted | undefined | Promise<Accepted | undefined>,
  check: (accepted: Accepted, input: Input) => void,
): FuzzedParser => ({ name, make, parse, check });

/** True for the errors by which a parser says that its input is invalid. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof InvalidInputError || (error instanceof ProblemError && PROBLEMS[error.code].status < 500);

/** @throws Error with what does not hold */
export const holds = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(`accepted although ${what} does not hold`);
};

const MAX_DEPTH = 110;

/** What holds of every accepted value: it can be stored, sent on as JSON, and walked without exhausting the stack. */
export const isSound = (value: unknown, depth = 0): void => {
  holds(depth <= MAX_DEPTH, 'limited depth');
  holds(!['function', 'symbol', 'bigint'].includes(typeof value), 'plain values');
  holds(typeof value !== 'string' || isStorable(value), 'storable text');
  holds(typeof value !== 'number' || Number.isFinite(value), 'finite numbers');
  if (typeof value !== 'object' || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  holds(prototype === Object.prototype || Array.isArray(value), 'no foreign prototype');
  for (const [name, held] of Object.entries(value)) {
    isSound(name, depth + 1);
    isSound(held, depth + 1);
  }
};
