/** Turns stored blocks back into series. */
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { MetricKind } from '../series/metric-series.ts';
import { decodeBlock } from './block-codec.ts';
import type { StoredBlock } from './stored-block.ts';
import { thinPoints } from './thin-points.ts';

/** One metric's points in order of time; timestamps are epoch seconds. */
export interface History {
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
}

export interface GrowingHistory {
  readonly timestamps: number[];
  readonly values: number[];
}

interface JoinOptions {
  readonly only?: string | ReadonlySet<string> | undefined;
  readonly thinAs?: ((metric: string) => MetricKind) | undefined;
}

const isLeftOut = (metric: string, only: JoinOptions['only']): boolean =>
  only !== undefined && (typeof only === 'string' ? metric !== only : !only.has(metric));

/**
 * Adds blocks, oldest first, to histories of earlier ones.
 * @throws InvalidInputError for a damaged block
 */
export const addToHistories = (
  histories: Map<string, GrowingHistory>,
  blocks: readonly StoredBlock[],
  { only, thinAs }: JoinOptions,
): void => {
  for (const { key, bytes } of blocks) {
    if (bytes === undefined) continue;
    for (const [metric, points] of decodeBlock(bytes)) {
      if (isLeftOut(metric, only)) continue;
      const { offsets, values } = thinAs === undefined ? points : thinPoints(points, thinAs(metric));
      const history = histories.get(metric) ?? { timestamps: [], values: [] };
      for (const offset of offsets) history.timestamps.push(key.hour * HOUR_SECONDS + offset);
      for (const value of values) history.values.push(value);
      histories.set(metric, history);
    }
  }
};

/**
 * Joins blocks of one target, given oldest first, into one history per metric (`only` narrows to one metric).
 * @throws InvalidInputError for a damaged block
 */
export const historyOf = (blocks: readonly StoredBlock[], only?: string): ReadonlyMap<string, History> => {
  const histories = new Map<string, GrowingHistory>();
  addToHistories(histories, blocks, { only });
  return histories;
};
