/** Fuzzes one parser. */
import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '../../shared/seeded-random.ts';
import { type FuzzedParser, isRefusal } from './parser.ts';
import type { Random } from './random-input.ts';

export interface FuzzFailure {
  /** Number of the case: `caseOf` makes its input again. */
  readonly at: number;
  readonly input: string;
  readonly reason: string;
}

export interface FuzzFigures {
  readonly name: string;
  readonly cases: number;
  readonly accepted: number;
  readonly refused: number;
  readonly worstMs: number;
  /** The first failures, and the number of all. */
  readonly failures: readonly FuzzFailure[];
  readonly failed: number;
}

/** Time within which one case must end. Inputs have at most some 20 KB. */
export const MAX_CASE_MS = 250;
const TRIES = 3;
const MAX_FAILURES = 3;
const CASES_PER_TURN = 100;
const MAX_SHOWN = 600;

/** FNV-1a, so that each parser draws its own numbers. */
const seedOf = (name: string): number => {
  let hash = 2_166_136_261;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 16_777_619);
  return hash >>> 0;
};

const randomFor = (name: string, at: number): Random =>
  seededRandom(seedOf(name) + Math.imul(at, 2_654_435_761));

/** The input of a case. */
export const caseOf = ({ name, make }: FuzzedParser, at: number): unknown => make(randomFor(name, at));

const shown = (input: unknown): string => {
  const text =
    input instanceof Uint8Array ? `base64 ${Buffer.from(input).toString('base64')}` : JSON.stringify(input);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)` : text;
};

type Outcome = 'accepted' | 'refused';

/** @throws Error if the parser fails, or accepts what it must not */
const judge = async ({ parse, check }: FuzzedParser, input: unknown): Promise<Outcome> => {
  let accepted: unknown;
  try {
    accepted = await parse(input as never);
  } catch (error) {
    if (isRefusal(error)) return 'refused';
    throw error;
  }
  if (accepted === undefined) return 'refused';
  check(accepted as never, input as never);
  return 'accepted';
};

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** @throws Error if each try takes longer than a case may */
const timed = async (parser: FuzzedParser, input: unknown) => {
  const started = performance.now();
  const outcome = await judge(parser, input);
  let milliseconds = performance.now() - started;
  // The clock also counts other programs, and code that runs for the first time is slow.
  for (let tries = 1; milliseconds > MAX_CASE_MS && tries < TRIES; tries++) {
    const before = cpuMs();
    await judge(parser, input);
    milliseconds = cpuMs() - before;
  }
  if (milliseconds <= MAX_CASE_MS) return { outcome, milliseconds };
  throw new Error(`took ${milliseconds.toFixed(0)} ms; a case may take ${MAX_CASE_MS} ms`);
};

const reasonOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message}\n${error.stack ?? ''}`.slice(0, MAX_SHOWN)
    : String(error);

/** Runs the cases `0` to `cases - 1` of a parser. */
export const fuzz = async (parser: FuzzedParser, cases: number): Promise<FuzzFigures> => {
  const counts = { accepted: 0, refused: 0 };
  const failures: FuzzFailure[] = [];
  let [worstMs, failed] = [0, 0];
  for (let at = 0; at < cases; at++) {
    // Streams that failed are freed in a turn of the event loop, as between the requests of a function.
    if (at % CASES_PER_TURN === 0) await setImmediate();
    const input = caseOf(parser, at);
    try {
      const { outcome, milliseconds } = await timed(parser, input);
      counts[outcome]++;
      worstMs = Math.max(worstMs, milliseconds);
    } catch (error) {
      failed++;
      if (failures.length < MAX_FAILURES) failures.push({ at, input: shown(input), reason: reasonOf(error) });
    }
  }
  return { name: parser.name, cases, ...counts, worstMs, failures, failed };
};
