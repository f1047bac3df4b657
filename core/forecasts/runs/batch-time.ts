/** How a batch that takes longer than planned ends in time. */

/** No target is read with less time left: those that were read are forecast, then the batch is archived and recorded. */
const MIN_MS_LEFT = 90_000;

/** Steps of this fraction cover a circle evenly, however many there are. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

export type TimeLeft = () => number;

/** True if another target may be read. `timeLeft` is in milliseconds. */
export const hasTimeFor = (timeLeft: TimeLeft): boolean => timeLeft() >= MIN_MS_LEFT;

/**
 * The order in which a run takes its groups, as indexes. Each run starts with another group, so that groups which were not
 * reached in one run are among the first of one of the next. A repeated run takes the same order.
 */
export const groupOrder = (groups: number, issuedAt: number, cadenceMinutes: number): number[] => {
  const run = Math.floor(issuedAt / (60_000 * cadenceMinutes));
  const first = Math.floor(((run * GOLDEN_RATIO) % 1) * groups);
  return Array.from({ length: groups }, (_, i) => (first + i) % groups);
};
