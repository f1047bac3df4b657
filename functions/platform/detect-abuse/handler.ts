import * as z from 'zod';
import { type AbuseFinding, findAbuse } from '../../../core/platform/abuse/find-abuse.ts';
import type { AccessCounts, Incomplete } from '../../../core/platform/abuse/ports.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps {
  readonly counts: AccessCounts;
  readonly telemetry: Telemetry;
}

const Input = z.object({ scheduledAt: z.iso.datetime({ offset: true }) });

const [HOUR_MS, DAY_MS] = [HOUR_SECONDS * 1000, DAY_SECONDS * 1000];
/** Log lines can be searched some minutes after they were written. */
const DELAY_MS = 5 * 60_000;
/** Earlier hours that show what is usual, in milliseconds before the hour that is judged. */
const HOURS_BEFORE = [1, 2, 3].map((hours) => hours * HOUR_MS);
/** The same hour of the day before, and of the same day of the week. */
const DAYS_BEFORE = [1, 7].map((days) => days * DAY_MS);

const unread = (incomplete: Incomplete): readonly AbuseFinding[] =>
  [...incomplete].map(([subject, count]) => ({ kind: 'counts-incomplete', subject, count, usual: 0 }));

const report = (telemetry: Telemetry, findings: readonly AbuseFinding[]): void => {
  for (const finding of findings) telemetry.error('abuse suspected', { ...finding });
  if (findings.length > 0) telemetry.count('AbuseSuspected', findings.length);
};

/** Judges the hour that ended five minutes before the scheduled time. Logs and counts each finding: an alarm watches for the count. */
export const makeHandler =
  ({ counts, telemetry }: Deps) =>
  async (event: unknown): Promise<{ readonly findings: readonly AbuseFinding[] }> => {
    const to = Date.parse(parseInput(Input, event).scheduledAt) - DELAY_MS;
    const read = (earlier: number) => counts.read({ from: to - earlier - HOUR_MS, to: to - earlier });
    // One search after the other: CloudWatch allows few of them in a second.
    const readAll = (all: readonly number[]) =>
      inParallel(1, all, async (earlier) => (await read(earlier)).counts);
    const judged = await read(0);
    // At once: a flood may leave no time to compare with earlier hours.
    const incomplete = unread(judged.incomplete);
    report(telemetry, incomplete);
    const observed = {
      hour: judged.counts,
      before: await readAll(HOURS_BEFORE),
      sameHour: await readAll(DAYS_BEFORE),
    };
    const found = findAbuse(observed);
    report(telemetry, found);
    return { findings: [...incomplete, ...found] };
  };
