import { InvalidInputError } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { hourOf } from '../../shared/time.ts';
import type { BlockStore } from '../ports.ts';
import type { Target } from '../targets/target.ts';
import { reportingPatternOf } from './reporting-pattern.ts';
import { REPORT_SECONDS, stateOf, type TargetReport, targetReport } from './target-report.ts';

export interface ReportedTarget extends TargetReport {
  readonly target: Target;
}

const READS_AT_ONCE = 12;
/** Blocks of one page: 200 targets of 25 hours take 5 MB at 1 KB a block. A page of huge blocks must not take minutes. */
const MAX_PAGE_BYTES = 40_000_000;

/** From the registry alone: its `lastSeen` may lag behind by an hour. */
const unread = (target: Target, now: number): ReportedTarget => {
  const lagSeconds = Math.max(0, now - target.lastSeen);
  const state = stateOf(lagSeconds, reportingPatternOf([], undefined));
  return { target, lastSeen: target.lastSeen, lagSeconds, state, expectedShare: undefined };
};

/** How each target reports, from its points of the last day. Targets beyond 40 MB of points have no expected share. */
export const reportTargets = async (
  blockStore: Pick<BlockStore, 'readRange'>,
  targets: readonly Target[],
  now: number,
): Promise<readonly ReportedTarget[]> => {
  let bytes = 0;
  return inParallel(READS_AT_ONCE, targets, async (target) => {
    const isOld = target.lastSeen < now - 2 * REPORT_SECONDS;
    if (isOld || bytes > MAX_PAGE_BYTES) return unread(target, now);
    const { tenantId, targetId } = target;
    const blocks = await blockStore.readRange(tenantId, targetId, hourOf(now - REPORT_SECONDS), hourOf(now));
    for (const block of blocks) bytes += block.bytes?.length ?? 0;
    try {
      return { target, ...targetReport(target, blocks, now) };
    } catch (error) {
      // A damaged block hides some points; the list shows the target nevertheless.
      if (!(error instanceof InvalidInputError)) throw error;
      return unread(target, now);
    }
  });
};
