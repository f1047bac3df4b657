import type { Readable } from 'node:stream';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { isRereadable, openInput } from './open-input.ts';
import { type ReadOptions, readExport } from './read-export.ts';
import type { ExportPoint } from './reading/export-format.ts';

type Batches = AsyncGenerator<readonly ExportPoint[], void, void>;
type Report = NonNullable<ReadOptions['report']>;

/**
 * Reads the points of an export so that each series runs forward in time. A file is read once to see its order. A pipe
 * streams; only if its first points run backward is it read to its end.
 * @throws InvalidInputError as `readExport`, or if more than 1 % of a stream's points are late
 */
export async function* readInTimeOrder(path: string, stdin: Readable, report: Report): Batches {
  const input = openInput(path, stdin);
  if (!isRereadable(path)) yield* orderStream(input.name, readExport(input, { report }), report);
  else if (await runsForward(readExport(input))) yield* readExport(openInput(path, stdin), { report });
  else yield await sortAll(input.name, readExport(openInput(path, stdin), { report }), [], report);
}

/** Remembers the latest time of each series. */
class Clocks {
  private readonly latest = new Map<string, number>();

  /** How the point relates to the one before it in its series; undefined for the first one. */
  step({ series, timestamp }: ExportPoint): 'forward' | 'backward' | 'same' | undefined {
    const before = this.latest.get(series.name);
    if (before === undefined || timestamp > before) this.latest.set(series.name, timestamp);
    if (before === undefined) return undefined;
    if (timestamp === before) return 'same';
    return timestamp > before ? 'forward' : 'backward';
  }
}

const runsForward = async (batches: Batches): Promise<boolean> => {
  const clocks = new Clocks();
  for await (const batch of batches)
    if (batch.some((point) => clocks.step(point) === 'backward')) return false;
  return true;
};

/** Sorting is stable: points of one time keep their order. */
const sortAll = async (
  name: string,
  batches: Batches,
  start: readonly ExportPoint[],
  report: Report,
): Promise<readonly ExportPoint[]> => {
  const all = [...start];
  for await (const batch of batches) for (const point of batch) all.push(point);
  report(`${name}: the points do not run forward in time; sorted`);
  return all.sort((a, b) => a.timestamp - b.timestamp);
};

async function* orderStream(name: string, batches: Batches, report: Report): Batches {
  const clocks = new Clocks();
  const held: ExportPoint[] = [];
  for (;;) {
    const { done, value = [] } = await batches.next();
    if (done) break;
    for (const point of value) held.push(point);
    const steps = value.map((point) => clocks.step(point));
    if (steps.includes('backward')) {
      yield await sortAll(name, batches, held, report);
      return;
    }
    if (steps.includes('forward')) {
      yield held;
      yield* reportLate(name, batches, clocks, report);
      return;
    }
  }
  yield held;
}

/** Late points of a stream that is already being used. */
async function* reportLate(name: string, batches: Batches, clocks: Clocks, report: Report): Batches {
  let [points, late] = [0, 0];
  for await (const batch of batches) {
    for (const point of batch) {
      points++;
      if (clocks.step(point) !== 'backward') continue;
      if (late++ === 0)
        report(`${name} line ${point.line}: later points came first; late ones are not scored`);
    }
    yield batch;
  }
  if (late > MAX_LATE_SHARE * points)
    throw new InvalidInputError(
      `${name}: found ${late} of ${points} points after later ones, expected the order of time: sort them, or name the file instead of piping it`,
    );
}

/** A live feed repeats or delays a few points; more are an unsorted file. */
const MAX_LATE_SHARE = 0.01;
