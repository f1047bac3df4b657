import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { World } from './world.ts';

const STEP_SECONDS = 300;
/** Kinds that climb or drain at the end of their history. */
const RAMPS: ReadonlySet<string> = new Set(['fill', 'leak', 'free']);

const Truth = z.array(
  z.object({
    series: z.string(),
    kind: z.string(),
    limit: z.number(),
    side: z.enum(['above', 'below']),
    future: z.array(z.number()),
  }),
);

const readHistories = (path: string): ReadonlyMap<string, { start: number; values: number[] }> => {
  const histories = new Map<string, { start: number; values: number[] }>();
  for (const line of gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n').slice(1)) {
    const [time, series, value] = line.split(',');
    const known = histories.get(series!) ?? { start: Number(time), values: [] };
    known.values.push(Number(value));
    histories.set(series!, known);
  }
  return histories;
};

/**
 * The worlds of `ramps/` in the data directory; none if it has no such folder.
 * @throws InvalidInputError if a world has no history
 */
export const readGivenWorlds = (data: string): World[] => {
  const folder = join(data, 'ramps');
  if (data === '' || !existsSync(folder)) return [];
  const histories = readHistories(join(folder, 'history.csv.gz'));
  const truth = gunzipSync(readFileSync(join(folder, 'truth.json.gz'))).toString('utf8');
  return Truth.parse(JSON.parse(truth)).map(({ series, kind, limit, side, future }) => {
    const history = histories.get(series);
    if (history === undefined) throw new InvalidInputError(`no history of ${series} in ${folder}`);
    return {
      kind,
      history: {
        start: history.start,
        stepSeconds: STEP_SECONDS,
        values: Float64Array.from(history.values),
      },
      future: Float64Array.from(future),
      threshold: { direction: side, limit },
      isRamp: RAMPS.has(kind),
    };
  });
};
