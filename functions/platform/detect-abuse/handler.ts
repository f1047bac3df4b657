import * as z from 'zod';
import { type AbuseFinding, findAbuse, HOURS_BEFORE } from '../../../core/platform/abuse/find-abuse.ts';
import type { AccessCounts } from '../../../core/platform/abuse/ports.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps {
  readonly counts: AccessCounts;
  readonly telemetry: Telemetry;
}

const Input = z.object({ scheduledAt: z.iso.datetime({ offset: true }) });

const HOUR_MS = HOUR_SECONDS * 1000;
/** Log lines can be searched some minutes after they were written. */
const DELAY_MS = 5 * 60_000;

/** Judges the hour that ended five minutes before the scheduled time. Logs and counts each finding: an alarm watches for the count. */
export const makeHandler =
  ({ counts, telemetry }: Deps) =>
  async (event: unknown): Promise<{ readonly findings: readonly AbuseFinding[] }> => {
    const to = Date.parse(parseInput(Input, event).scheduledAt) - DELAY_MS;
    const from = to - HOUR_MS;
    const hour = await counts.read({ from, to });
    const before = await counts.read({ from: from - HOURS_BEFORE * HOUR_MS, to: from });
    const findings = findAbuse({ hour, before });
    for (const finding of findings) telemetry.error('abuse suspected', { ...finding });
    if (findings.length > 0) telemetry.count('AbuseSuspected', findings.length);
    return { findings };
  };
