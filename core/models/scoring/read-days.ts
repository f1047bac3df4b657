import { InvalidInputError } from '../../shared/errors.ts';
import { chunksOf, inParallel } from '../../shared/in-parallel.ts';
import { DAY_SECONDS, isoDate } from '../../shared/time.ts';
import { datesBetween } from '../performance/report-performance.ts';
import type { ScoredDay } from '../performance/scored-day.ts';
import type { ScoreFiles } from '../ports.ts';

/** Days that are read at most: each is an object. */
export const MAX_DAYS = 92;
/** Bounds memory: a day takes up to 20 MB. */
const READS_AT_ONCE = 5;

/**
 * Visits the scored days from one time to another, both included and in epoch seconds, oldest first.
 * @throws InvalidInputError if they are more than `MAX_DAYS`, or if none lies between
 */
export const visitDays = async (
  scores: Pick<ScoreFiles, 'readDay'>,
  tenantId: string,
  { from, to }: { readonly from: number; readonly to: number },
  visit: (day: ScoredDay) => void,
): Promise<void> => {
  if (from > to) throw new InvalidInputError('from is later than to', { field: 'from' });
  if (to - from > MAX_DAYS * DAY_SECONDS)
    throw new InvalidInputError(`from is more than ${MAX_DAYS} days before to`, { field: 'from' });
  const dates = datesBetween(isoDate(1000 * from), isoDate(1000 * to));
  for (const some of chunksOf(READS_AT_ONCE, dates)) {
    const read = await inParallel(READS_AT_ONCE, some, (day) => scores.readDay(tenantId, day));
    for (const found of read) if (found !== undefined) visit(found.scores);
  }
};
