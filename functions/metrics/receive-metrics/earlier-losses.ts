/** Tells the sender what the store could not keep of its earlier requests, which the door cannot know in advance. */
import type { BusyTargets } from '../../../core/metrics/ingestion/busy-targets.ts';
import type { Decoded } from '../../../core/metrics/ingestion/decode.ts';
import { MAX_REPORTED_ERRORS } from '../../../core/metrics/ingestion/decoding/limits.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import type { TargetFinder } from '../../../core/metrics/ports.ts';
import { LAST_SEEN_STEP_SECONDS } from '../../../core/metrics/targets/last-seen.ts';
import type { TargetNotice } from '../../../core/metrics/targets/target.ts';
import type { ProblemField } from '../../../core/platform/api/problems.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { isoOfSeconds } from '../../../core/shared/time.ts';

/** A target that goes on exceeding a limit has a new notice with each step of its registry item. */
const CURRENT_SECONDS = 2 * LAST_SEEN_STEP_SECONDS;

export interface LossDeps {
  readonly targets: TargetFinder;
  readonly busy: BusyTargets;
}

const pointsByTarget = ({ series }: Decoded): ReadonlyMap<string, number> => {
  const points = new Map<string, number>();
  for (const { targetId, timestamps } of series)
    points.set(targetId, (points.get(targetId) ?? 0) + timestamps.length);
  return points;
};

const fieldOf = (targetId: string, { code, at, detail }: TargetNotice): ProblemField => ({
  field: `target ${targetId}`,
  code,
  message: `of a request at ${isoOfSeconds(at)}: ${detail}`,
});

/** Notices of the last hours about the busy targets of a request; none if the table of targets is unavailable. */
const earlierLosses = async (
  { targets, busy }: LossDeps,
  { tenantId, receivedAt }: IngestPointer,
  decoded: Decoded,
): Promise<readonly ProblemField[]> => {
  const now = Math.floor(receivedAt / 1000);
  const targetIds = busy.due(tenantId, pointsByTarget(decoded), now);
  if (targetIds.length === 0) return [];
  try {
    const noticed = await targets.readNotices(tenantId, targetIds);
    return noticed.flatMap(({ targetId, notices = [] }) =>
      notices.filter(({ at }) => at > now - CURRENT_SECONDS).map((notice) => fieldOf(targetId, notice)),
    );
  } catch (error) {
    if (!(error instanceof DependencyUnavailableError)) throw error;
    return [];
  }
};

/** The request with the losses of earlier ones among its errors; its counts stay its own. */
export const withEarlierLosses = async (
  deps: LossDeps,
  pointer: IngestPointer,
  decoded: Decoded,
): Promise<Decoded> => {
  const losses = await earlierLosses(deps, pointer, decoded);
  const { rejected } = decoded;
  const samples = [...rejected.samples, ...losses].slice(0, MAX_REPORTED_ERRORS);
  return { ...decoded, rejected: { ...rejected, samples } };
};
