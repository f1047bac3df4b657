/** Turns stored blocks back into series. */
import { HOUR_SECONDS } from '../../shared/time.ts';
import { decodeBlock } from './block-codec.ts';
import type { StoredBlock } from './stored-block.ts';

/** One metric's points in order of time; timestamps are epoch seconds. */
export interface History {
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

/**
 * Joins blocks of one target, given oldest first, into one history per metric (`only` narrows to one metric).
 * @throws InvalidInputError for a damaged block
 */
export const historyOf = (blocks: readonly StoredBlock[], only?: string): ReadonlyMap<string, History> => {
  const histories = new Map<string, { timestamps: number[]; values: number[] }>();
  for (const { key, bytes } of blocks) {
    if (bytes === undefined) continue;
    for (const [metric, points] of decodeBlock(bytes)) {
      if (only !== undefined && metric !== only) continue;
      const history = histories.get(metric) ?? { timestamps: [], values: [] };
      for (const offset of points.offsets) history.timestamps.push(key.hour * HOUR_SECONDS + offset);
      for (const value of points.values) history.values.push(value);
      histories.set(metric, history);
    }
  }
  return histories;
};
