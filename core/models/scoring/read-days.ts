import { InvalidInputError } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { DAY_SECONDS, isoDate } from '../../shared/time.ts';
import { datesBetween } from '../performance/report-performance.ts';
import type { ScoredDay } from '../performance/scored-day.ts';
import type { ScoreFiles } from '../ports.ts';

/** Days that are read at most: each is an object. */
export const MAX_DAYS = 92;
const READS_AT_ONCE = 10;

/**
 * The scored days from one time to another, both included and in epoch seconds, oldest first.
 * @throws InvalidInputError if they are more than `MAX_DAYS`, or if none lies between
 */
export const readDays = async (
  scores: Pick<ScoreFiles, 'readDay'>,
  tenantId: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ScoredDay[]> => {
  if (from > to) throw new InvalidInputError('from is later than to', { field: 'from' });
  if (to - from > MAX_DAYS * DAY_SECONDS)
    throw new InvalidInputError(`from is more than ${MAX_DAYS} days before to`, { field: 'from' });
  const dates = datesBetween(isoDate(1000 * from), isoDate(1000 * to));
  const read = await inParallel(READS_AT_ONCE, dates, (day) => scores.readDay(tenantId, day));
  return read.flatMap((found) => (found === undefined ? [] : [found.scores]));
};
