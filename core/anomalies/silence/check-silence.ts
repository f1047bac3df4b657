import { historyOf } from '../../metrics/blocks/block-history.ts';
import type { StoredBlock } from '../../metrics/blocks/stored-block.ts';
import type { BlockStore } from '../../metrics/ports.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import { settingsOrNone } from '../../platform/settings/settings-or-none.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { chunksOf, inParallel } from '../../shared/in-parallel.ts';
import { allItems } from '../../shared/page.ts';
import { hourOf } from '../../shared/time.ts';
import { type Alert, alertAgain } from '../announcing/alert.ts';
import {
  type AnnounceContext,
  type AnnounceDeps,
  announceAnomalies,
} from '../announcing/announce-anomalies.ts';
import { type AnnounceEndsDeps, announceAnomalyEnds } from '../announcing/announce-anomaly-ends.ts';
import type { Anomaly } from '../anomaly.ts';
import type { AnomalyStore } from '../ports.ts';
import {
  type Activity,
  activityOf,
  findSilences,
  GONE_SECONDS,
  isQuiet,
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
const BLOCKS_AT_ONCE = 300;
const ANNOUNCED_AT_ONCE = 8;
const PAGE = 200;
/** Hours before a target's last one that show its interval, and those that show whether it pauses every day. */
const RECENT_HOURS = 1;
const RHYTHM_HOURS = 26;
/** Beyond this number, targets did not all pause as usual. */
const MAX_RHYTHMS = 1000;

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
  const open = await openSilences(deps, tenantId, now);
  const known = new Map(open.map((anomaly) => [anomaly.targetId, anomaly]));
  const activities = await activitiesOf(deps, tenantId, targets, known, now);
  const silences = findSilences(tenantId, targets, activities, now);
  if (open.length === 0 && silences.length === 0) return 0;
  const settings = await settingsOrNone(deps.settings, deps.telemetry).get(tenantId);
  const contextOf = (targetId: string): AnnounceContext => ({ owner: { tenantId, targetId }, settings, now });
  await announceReturns(deps, contextOf, open, targets);
  await inParallel(ANNOUNCED_AT_ONCE, silences, (silence) => {
    // A recorded silence keeps its time and reason; it is announced if a crash left that undone.
    const recorded = known.get(silence.targetId);
    const isSame = recorded !== undefined && recorded.since === silence.lastPoint;
    const alert = isSame ? alertAgain(recorded) : alertOf(silence);
    return announceAnomalies(deps, contextOf(silence.targetId), [alert]);
  });
  return silences.length;
};

/** Activities of the targets that may be silent: of a few hours, and of a day where those look like a new silence. */
const activitiesOf = async (
  deps: SilenceDeps,
  tenantId: string,
  targets: readonly SeenTarget[],
  known: ReadonlyMap<string, Anomaly>,
  now: number,
): Promise<readonly Activity[]> => {
  const candidates = maybeSilent(targets, now);
  const recent = await readActivities(deps, tenantId, candidates, RECENT_HOURS);
  const quiet = new Set(
    recent
      .filter((one) => isQuiet(one, now) && known.get(one.targetId)?.since !== one.lastPoint)
      .map(({ targetId }) => targetId),
  );
  const doubtful = candidates.filter(({ targetId }) => quiet.has(targetId)).slice(0, MAX_RHYTHMS);
  const rhythms = await readActivities(deps, tenantId, doubtful, RHYTHM_HOURS);
  return [...new Map([...recent, ...rhythms].map((one) => [one.targetId, one])).values()];
};

const readActivities = async (
  deps: SilenceDeps,
  tenantId: string,
  targets: readonly SeenTarget[],
  hoursBefore: number,
): Promise<readonly Activity[]> => {
  const hours = hoursBefore + 2;
  const chunks = chunksOf(Math.ceil(BLOCKS_AT_ONCE / hours), targets);
  const found = await inParallel(1, chunks, async (some) => {
    const keys = some.flatMap(({ targetId, lastSeen }) =>
      Array.from({ length: hours }, (_, i) => ({
        tenantId,
        targetId,
        hour: hourOf(lastSeen) - hoursBefore + i,
      })),
    );
    const byTarget = Map.groupBy(await deps.blocks.read(keys), ({ key }) => key.targetId);
    return [...byTarget].map(([targetId, blocks]) => decodedActivity(deps, tenantId, targetId, blocks));
  });
  return found.flat().filter((one) => one !== undefined);
};

const decodedActivity = (
  { telemetry }: SilenceDeps,
  tenantId: string,
  targetId: string,
  blocks: readonly StoredBlock[],
): Activity | undefined => {
  try {
    const histories = [...historyOf(blocks).values()];
    return activityOf(
      targetId,
      histories.map(({ timestamps }) => timestamps),
    );
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    telemetry.count('BlockUnusable');
    telemetry.error('a damaged block hides the last points of a target', { tenantId, targetId }, error);
    return undefined;
  }
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
  causeKeys: [causeKey],
});

/** Ends the anomalies of targets that sent after they were announced as silent. */
const announceReturns = async (
  deps: SilenceDeps,
  contextOf: (targetId: string) => AnnounceContext,
  open: readonly Anomaly[],
  targets: readonly SeenTarget[],
): Promise<void> => {
  const lastSeen = new Map(targets.map((target) => [target.targetId, target.lastSeen]));
  await inParallel(ANNOUNCED_AT_ONCE, open, async ({ targetId, metric, timestamp, since }) => {
    const endedAt = lastSeen.get(targetId);
    if (endedAt === undefined || endedAt <= since) return;
    const ended = [{ alerts: [{ metric, timestamp }], endedAt: Math.max(endedAt, timestamp) }];
    await announceAnomalyEnds(deps, contextOf(targetId), ended);
  });
};

const openSilences = async (
  { anomalies }: SilenceDeps,
  tenantId: string,
  now: number,
): Promise<readonly Anomaly[]> => {
  const filter = { from: now - GONE_SECONDS, kind: 'missing' as const, isActive: true };
  const open: Anomaly[] = [];
  for await (const anomaly of allItems((page) => anomalies.list(tenantId, filter, page), PAGE))
    if (anomaly.metric === ALL_METRICS) open.push(anomaly);
  return open;
};
