import {
  GONE_SECONDS,
  MIN_SILENCE_SECONDS,
  reportingPatternOf,
} from '../../metrics/reporting/reporting-pattern.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import { settingsOrNone } from '../../platform/settings/settings-or-none.ts';
import { UnreadableItemError } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import {
  type AnnounceContext,
  type AnnounceDeps,
  announceAnomalies,
} from '../announcing/announce-anomalies.ts';
import { type AnnounceEndsDeps, announceAnomalyEnds } from '../announcing/announce-anomaly-ends.ts';
import type { Anomaly } from '../anomaly.ts';
import type { HourPoints } from '../ingestion-summary.ts';
import type { AnomalyStore, IngestionStore, RequestSigns } from '../ports.ts';
import {
  type FoundStops,
  findStopped,
  isLive,
  type StoppedDeps,
  type WatchedTarget,
} from './find-stopped.ts';
import { type OpenSilences, openKey, openSilences } from './open-silences.ts';
import { ALL_METRICS, ALL_TARGETS } from './silence-alerts.ts';
import { metricsDue, type Stops, targetsDue, tenantDue } from './silences-due.ts';
import { tenantSilence } from './tenant-silence.ts';

export interface SilenceDeps extends AnnounceDeps, AnnounceEndsDeps, StoppedDeps {
  readonly anomalies: Pick<
    AnomalyStore,
    'record' | 'markAnnounced' | 'recordEnds' | 'markEndsAnnounced' | 'list'
  >;
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly ingestion: IngestionStore;
  readonly signs: RequestSigns;
}

/** Result of one check of a tenant. */
export interface SilenceCheck {
  /** Silent targets. */
  readonly silent: number;
  /** Metrics that vanished from targets that send. */
  readonly vanished: number;
}

const ANNOUNCED_AT_ONCE = 8;
/** Alerts of one check; the next check continues. */
const MAX_ALERTS = 2000;

/**
 * Announces what stopped: targets that send no more, metrics that vanished from targets that send, or the tenant as a
 * whole. Announces the return of each.
 * @param targets all targets of the tenant
 * @param now epoch seconds
 */
export const checkSilence = async (
  deps: SilenceDeps,
  tenantId: string,
  targets: readonly WatchedTarget[],
  now: number,
): Promise<SilenceCheck> => {
  const open = await openSilences(deps.anomalies, tenantId, now);
  const found = await findStopped(deps, tenantId, targets, open, now);
  const newest = newestPoint(targets, found, open);
  const stops = stopsOf(open, found, newest, now);
  const live = targets.filter((target) => isLive(target, now)).length;
  const whole = isTenantSilent(open, newest) ? undefined : tenantSilence(tenantId, live, newest, stops, now);
  const settings = await settingsOrNone(deps.settings, deps.telemetry).get(tenantId);
  const contextOf = (targetId: string): AnnounceContext => ({ owner: { tenantId, targetId }, settings, now });
  await announceReturns(deps, contextOf, endsOf(open, found, targets, newest, now));
  const due =
    whole !== undefined || isTenantSilent(open, newest)
      ? await tenantDue(deps.signs, tenantId, whole, open, now)
      : [
          ...targetsDue(tenantId, targets, stops, open, now),
          ...metricsDue(tenantId, found.vanished, open, now),
        ];
  await inParallel(ANNOUNCED_AT_ONCE, due.slice(0, MAX_ALERTS), ({ targetId, alert }) =>
    announceAnomalies(deps, contextOf(targetId), [alert]),
  );
  const silence = due.find(({ targetId }) => targetId === ALL_TARGETS)?.alert.reason;
  await summarise(deps, { tenantId, targets, open, found, stops, newest, silence }, now);
  return { silent: stops.stopped.length, vanished: found.vanished.length };
};

interface Checked {
  readonly tenantId: string;
  readonly targets: readonly WatchedTarget[];
  readonly open: OpenSilences;
  readonly found: FoundStops;
  readonly stops: Stops;
  readonly newest: number;
  readonly silence: string | undefined;
}

/** The hours counted before. A summary that cannot be read is replaced. */
const hoursBefore = async (
  { ingestion, telemetry }: SilenceDeps,
  tenantId: string,
): Promise<readonly HourPoints[]> => {
  try {
    return (await ingestion.get(tenantId))?.hours ?? [];
  } catch (error) {
    if (!(error instanceof UnreadableItemError)) throw error;
    telemetry.count('ItemUnreadable');
    telemetry.error('the state of ingestion is counted from the start', { tenantId }, error);
    return [];
  }
};

/** Stores what the check counted, for `GET /v1/ingestion`. */
const summarise = async (
  deps: SilenceDeps,
  { tenantId, targets, open, found, stops, newest, silence }: Checked,
  now: number,
): Promise<void> => {
  const live = targets.filter((target) => isLive(target, now)).length;
  const silent = silence === undefined ? stops.stopped.length : live;
  const unseen =
    silence === undefined
      ? stops.stopped.filter(({ targetId }) => !found.lastPoints.has(targetId)).length
      : live - found.lastPoints.size;
  const late = found.tally.late(new Set(stops.stopped.map(({ targetId }) => targetId)));
  const absent = [...open.ofMetrics.values()]
    .flat()
    .filter((one) => one.silenced === undefined && !found.returns.has(openKey(one)));
  const lost = found.vanished.filter(({ renamedTo }) => renamedTo.length === 0);
  await deps.ingestion.put(tenantId, {
    ...{ checkedAt: now, lastSeen: newest, silence },
    targets: {
      reporting: Math.max(0, live - silent - late),
      late: Math.min(late, live - silent),
      silent,
      expired: targets.length - live,
    },
    vanishedMetrics: absent.length + lost.length,
    hours: found.tally.hours(await hoursBefore(deps, tenantId), unseen),
  });
};

/** True while nothing arrived since the tenant was announced as silent. */
const isTenantSilent = ({ ofTenant }: OpenSilences, newest: number): boolean =>
  ofTenant !== undefined && newest <= ofTenant.since;

const newestPoint = (
  targets: readonly WatchedTarget[],
  { lastPoints, silent }: FoundStops,
  { ofTargets }: OpenSilences,
): number => {
  let newest = 0;
  for (const { lastSeen } of targets) newest = Math.max(newest, lastSeen);
  for (const at of lastPoints.values()) newest = Math.max(newest, at);
  for (const { lastPoint } of silent) newest = Math.max(newest, lastPoint);
  for (const { since } of ofTargets.values()) newest = Math.max(newest, since);
  return newest;
};

/** After the silence of the tenant, its targets get a while to send again. */
const stopsOf = (open: OpenSilences, found: FoundStops, newest: number, now: number): Stops => {
  const resumesNow = open.ofTenant !== undefined && newest > open.ofTenant.since;
  const isWaiting = resumesNow || now <= open.resumedAt + MIN_SILENCE_SECONDS;
  const fresh = isWaiting ? [] : found.silent;
  const known = [...open.ofTargets.values()]
    .filter((one) => !found.returns.has(openKey(one)) && now - one.since < GONE_SECONDS)
    .map(({ targetId, since }) => ({ targetId, lastPoint: since, ...reportingPatternOf([], undefined) }));
  return { fresh, stopped: [...fresh, ...known] };
};

/** An open silence that is over, with the time of the first point after it. */
interface Ended {
  readonly anomaly: Anomaly;
  readonly endedAt: number;
}

/** Series that send again, and those that are silent for a day, which is the new normal. */
const endsOf = (
  { ofTenant, ofTargets, ofMetrics }: OpenSilences,
  { returns }: FoundStops,
  targets: readonly WatchedTarget[],
  newest: number,
  now: number,
): readonly Ended[] => {
  const lastSeen = new Map(targets.map((target) => [target.targetId, target.lastSeen]));
  const ends = [...ofTargets.values(), ...[...ofMetrics.values()].flat()].map((anomaly) => {
    const registered = anomaly.metric === ALL_METRICS ? (lastSeen.get(anomaly.targetId) ?? 0) : 0;
    return { anomaly, endedAt: returns.get(openKey(anomaly)) ?? registered };
  });
  if (ofTenant !== undefined) ends.push({ anomaly: ofTenant, endedAt: newest });
  return ends.flatMap(({ anomaly, endedAt }) => {
    if (endedAt > anomaly.since) return [{ anomaly, endedAt }];
    return now - anomaly.since >= GONE_SECONDS ? [{ anomaly, endedAt: anomaly.since + GONE_SECONDS }] : [];
  });
};

const announceReturns = async (
  deps: SilenceDeps,
  contextOf: (targetId: string) => AnnounceContext,
  ends: readonly Ended[],
): Promise<void> => {
  await inParallel(ANNOUNCED_AT_ONCE, ends, ({ anomaly: { targetId, metric, timestamp }, endedAt }) =>
    announceAnomalyEnds(deps, contextOf(targetId), [
      { alerts: [{ metric, timestamp }], endedAt: Math.max(endedAt, timestamp) },
    ]),
  );
};
