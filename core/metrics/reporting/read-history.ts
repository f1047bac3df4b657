/** Reads the history of a target without holding all of its blocks, which may take hundreds of megabytes. */
import { InvalidInputError } from '../../shared/errors.ts';
import { addToHistories, type GrowingHistory, type History } from '../blocks/block-history.ts';
import type { BlockStore } from '../ports.ts';
import type { MetricKind } from '../series/metric-series.ts';

/** A week of the largest blocks takes 67 MB. */
const WEEK_HOURS = 168;

/** Blocks of a target from `fromHour` to `toHour`, inclusive. */
export interface HistoryRange {
  readonly tenantId: string;
  readonly targetId: string;
  readonly fromHour: number;
  readonly toHour: number;
}

export interface HistoryOptions {
  /** Reads one metric only, or these. */
  readonly only?: string | ReadonlySet<string>;
  /** Reduces dense points to one a minute (see `thinPoints`), according to the kind of their metric. */
  readonly thinAs?: (metric: string) => MetricKind;
  /** Stops after reading more points of a metric than this. */
  readonly maxPoints?: number;
  /** Hours whose blocks are held at once: a week unless given. */
  readonly hoursAtOnce?: number;
}

const refuseMany = (histories: ReadonlyMap<string, History>, maxPoints: number): void => {
  for (const { timestamps } of histories.values())
    if (timestamps.length > maxPoints)
      throw new InvalidInputError('too many points lie between from and to: request a shorter range', {
        field: 'from',
      });
};

/**
 * One history per metric, in order of time, read in parts.
 * @throws InvalidInputError for a damaged block, or more points than `maxPoints`
 */
export const readHistory = async (
  blocks: Pick<BlockStore, 'readRange'>,
  { tenantId, targetId, fromHour, toHour }: HistoryRange,
  { maxPoints, hoursAtOnce = WEEK_HOURS, ...options }: HistoryOptions = {},
): Promise<ReadonlyMap<string, History>> => {
  const histories = new Map<string, GrowingHistory>();
  for (let from = fromHour; from <= toHour; from += hoursAtOnce) {
    const to = Math.min(toHour, from + hoursAtOnce - 1);
    addToHistories(histories, await blocks.readRange(tenantId, targetId, from, to), options);
    if (maxPoints !== undefined) refuseMany(histories, maxPoints);
  }
  return histories;
};
