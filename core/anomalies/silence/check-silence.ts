import { historyOf } from '../../metrics/blocks/block-history.ts';
import type { BlockStore } from '../../metrics/ports.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import { settingsOrNone } from '../../platform/settings/settings-or-none.ts';
import { isWorthRetrying } from '../../shared/errors.ts';
import { chunksOf, inParallel } from '../../shared/in-parallel.ts';
import { hourOf } from '../../shared/time.ts';
import type { Alert } from '../announcing/alert.ts';
import { type AnnounceDeps, announceAnomalies } from '../announcing/announce-anomalies.ts';
import { type AnnounceEndsDeps, announceAnomalyEnds } from '../announcing/announce-anomaly-ends.ts';
import type { Anomaly } from '../anomaly.ts';
import type { AnomalyStore } from '../ports.ts';
import {
  type Activity,
  activityOf,
  findSilences,
  GONE_SECONDS,
  maybeSilent,
  type SeenTarget,
  type Silence,
} from './find-silences.ts';

export interface SilenceDeps extends AnnounceDeps, AnnounceEndsDeps {
  readonly anomalies: Pick<
    AnomalyStore,
    'record' | 'markAnnounced' | 'recordEnds' | 'markEndsAnnounced' | 'list'
  >;
  readonly blocks: Pick<BlockStore, 'read'>;
  readonly settings: Pick<SettingsStore, 'get'>;
}

/** Stands for all metrics of a target in an anomaly of kind `missing`. */
export const ALL_METRICS = 'all metrics';
/** A silence occurs about once in this many intervals: hosts rarely stop sending, and a month has 8,640 intervals. */
const ONE_IN = 10_000;
const SCORE = Math.log10(ONE_IN);
const TARGETS_AT_ONCE = 100;
const ANNOUNCED_AT_ONCE = 8;
const PAGE = 200;

/**
 * Announces the targets of a tenant that stopped sending, and the return of those that send again.
 * @param targets all targets of the tenant
 * @param now epoch seconds
 * @returns the number of silent targets
 */
export const checkSilence = async (
  deps: SilenceDeps,
  tenantId: string,
  targets: readonly SeenTarget[],
  now: number,
): Promise<number> => {
  const activities = await readActivities(deps, tenantId, maybeSilent(targets, now));
  const silences = findSilences(tenantId, targets, activities, now);
  await announceReturns(deps, tenantId, targets, now);
  if (silences.length === 0) return 0;
  const settings = await settingsOrNone(deps.settings, deps.telemetry).get(tenantId);
  await inParallel(ANNOUNCED_AT_ONCE, silences, (silence) =>
    announceAnomalies(deps, { owner: { tenantId, targetId: silence.targetId }, settings, now }, [
      alertOf(silence),
    ]),
  );
  return silences.length;
};

const readActivities = async (
  deps: SilenceDeps,
  tenantId: string,
  targets: readonly SeenTarget[],
): Promise<readonly Activity[]> => {
  const found = await inParallel(1, chunksOf(TARGETS_AT_ONCE, targets), async (some) => {
    const keys = some.flatMap(({ targetId, lastSeen }) =>
      [-1, 0, 1].map((offset) => ({ tenantId, targetId, hour: hourOf(lastSeen) + offset })),
    );
    const byTarget = Map.groupBy(await deps.blocks.read(keys), ({ key }) => key.targetId);
    return [...byTarget].map(([targetId, blocks]) => {
      try {
        return activityOf(
          targetId,
          [...historyOf(blocks).values()].map(({ timestamps }) => timestamps),
        );
      } catch (error) {
        if (isWorthRetrying(error)) throw error;
        deps.telemetry.count('BlockUnusable');
        deps.telemetry.error(
          'a damaged block hides the last points of a target',
          { tenantId, targetId },
          error,
        );
        return undefined;
      }
    });
  });
  return found.flat().filter((one) => one !== undefined);
};

const minutes = (seconds: number): string => `${Math.round(seconds / 60)} minutes`;

const alertOf = ({ targetId, lastPoint, interval, silentAt, together, causeKey }: Silence): Alert => ({
  metric: ALL_METRICS,
  timestamp: silentAt,
  since: lastPoint,
  value: 0,
  kind: 'missing',
  score: SCORE,
  oneIn: ONE_IN,
  parts: {},
  reason:
    `${targetId} stopped sending: no point for ${minutes(silentAt - lastPoint)}, usually one every ${minutes(interval)}` +
    (together > 1 ? `; ${together - 1} others fell silent with it` : ''),
  causeKeys: causeKey === undefined ? undefined : [causeKey],
});

/** Ends the anomalies of targets that sent after they were announced as silent. */
const announceReturns = async (
  deps: SilenceDeps,
  tenantId: string,
  targets: readonly SeenTarget[],
  now: number,
): Promise<void> => {
  const open = await openSilences(deps, tenantId, now);
  if (open.length === 0) return;
  const lastSeen = new Map(targets.map((target) => [target.targetId, target.lastSeen]));
  const settings = await settingsOrNone(deps.settings, deps.telemetry).get(tenantId);
  for (const { targetId, metric, timestamp, since } of open) {
    const endedAt = lastSeen.get(targetId);
    if (endedAt === undefined || endedAt <= since) continue;
    const ended = [{ alerts: [{ metric, timestamp }], endedAt: Math.max(endedAt, timestamp) }];
    await announceAnomalyEnds(deps, { owner: { tenantId, targetId }, settings, now }, ended);
  }
};

const openSilences = async (
  { anomalies }: SilenceDeps,
  tenantId: string,
  now: number,
): Promise<readonly Anomaly[]> => {
  const open: Anomaly[] = [];
  let cursor: string | undefined;
  do {
    const filter = { from: now - GONE_SECONDS, kind: 'missing' as const, isActive: true };
    const page = await anomalies.list(tenantId, filter, { limit: PAGE, cursor });
    open.push(...page.items.filter(({ metric }) => metric === ALL_METRICS));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return open;
};
