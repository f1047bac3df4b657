import { GONE_SECONDS, MIN_SILENCE_SECONDS } from '../../metrics/reporting/rhythm.ts';
import type { SettingsStore } from '../../platform/settings/ports.ts';
import { settingsOrNone } from '../../platform/settings/settings-or-none.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { type Alert, alertAgain } from '../announcing/alert.ts';
import {
  type AnnounceContext,
  type AnnounceDeps,
  announceAnomalies,
} from '../announcing/announce-anomalies.ts';
import { type AnnounceEndsDeps, announceAnomalyEnds } from '../announcing/announce-anomaly-ends.ts';
import type { Anomaly } from '../anomaly.ts';
import type { AnomalyStore } from '../ports.ts';
import { clusters } from './clusters.ts';
import { findSilences, type Stopped } from './find-silences.ts';
import {
  type FoundStops,
  findStopped,
  isLive,
  type StoppedDeps,
  type WatchedTarget,
} from './find-stopped.ts';
import type { Vanished } from './find-vanished.ts';
import { type OpenSilences, openKey, openSilences } from './open-silences.ts';
import { ALL_METRICS, ALL_TARGETS, metricAlert, targetAlert, tenantAlert } from './silence-alerts.ts';
import { type TenantSilence, tenantSilence } from './tenant-silence.ts';

export interface SilenceDeps extends AnnounceDeps, AnnounceEndsDeps, StoppedDeps {
  readonly anomalies: Pick<
    AnomalyStore,
    'record' | 'markAnnounced' | 'recordEnds' | 'markEndsAnnounced' | 'list'
  >;
  readonly settings: Pick<SettingsStore, 'get'>;
}

/** What one check of a tenant found. */
export interface SilenceCheck {
  /** Silent targets. */
  readonly silent: number;
  /** Metrics that vanished from targets that send. */
  readonly vanished: number;
}

const ANNOUNCED_AT_ONCE = 8;
/** Metrics of one target that are announced one by one; the others are named with them. */
const MAX_METRICS = 10;
/** Alerts of one check; the next check continues. */
const MAX_ALERTS = 2000;
/** Alerts of points older than an hour are not announced. */
const LATE_SECONDS = 3000;
const CHECK_SECONDS = 300;

/** An alert of a target, or of the tenant. */
interface Due {
  readonly targetId: string;
  readonly alert: Alert;
}

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
      ? tenantDue(tenantId, whole, open, now)
      : [
          ...targetsDue(tenantId, targets, stops, open, now),
          ...metricsDue(tenantId, found.vanished, open, now),
        ];
  await inParallel(ANNOUNCED_AT_ONCE, due.slice(0, MAX_ALERTS), ({ targetId, alert }) =>
    announceAnomalies(deps, contextOf(targetId), [alert]),
  );
  return { silent: stops.stopped.length, vanished: found.vanished.length };
};

/** The silent targets, and those of them that were not announced yet. */
interface Stops {
  readonly stopped: readonly Stopped[];
  readonly fresh: readonly Stopped[];
}

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
    .map(({ targetId, since }) => ({ targetId, lastPoint: since, interval: undefined, longestGap: 0 }));
  return { fresh, stopped: [...fresh, ...known] };
};

/** A silence that was found late, because checks failed or a tenant returned without it, is news nevertheless. */
const datedSoon = (alert: Alert, now: number): Alert =>
  alert.timestamp > now - LATE_SECONDS ? alert : { ...alert, timestamp: now - (now % CHECK_SECONDS) };

const tenantDue = (
  tenantId: string,
  whole: TenantSilence | undefined,
  { ofTenant }: OpenSilences,
  now: number,
): Due[] => {
  if (whole !== undefined)
    return [{ targetId: ALL_TARGETS, alert: datedSoon(tenantAlert(tenantId, whole), now) }];
  return ofTenant === undefined ? [] : [{ targetId: ALL_TARGETS, alert: alertAgain(ofTenant) }];
};

/** A recorded silence keeps its time and reason; it is announced if a crash left that undone. */
const targetsDue = (
  tenantId: string,
  targets: readonly WatchedTarget[],
  { stopped }: Stops,
  { ofTargets }: OpenSilences,
  now: number,
): Due[] =>
  findSilences(tenantId, targets, stopped, now).map((silence) => {
    const { targetId, lastPoint } = silence;
    const recorded = ofTargets.get(targetId);
    const isKnown = recorded !== undefined && recorded.since === lastPoint;
    return { targetId, alert: isKnown ? alertAgain(recorded) : datedSoon(targetAlert(silence), now) };
  });

const metricsDue = (
  tenantId: string,
  vanished: readonly Vanished[],
  { ofMetrics }: OpenSilences,
  now: number,
): Due[] => {
  const known = [...ofMetrics.values()].flat();
  const all = [
    ...vanished,
    ...known.map(({ targetId, metric, since }) => ({ targetId, metric, lastPoint: since })),
  ];
  const causes = new Map<string, { readonly causeKey: string; readonly targets: number }>();
  for (const [metric, ones] of Map.groupBy(all, (one) => one.metric)) {
    for (const cluster of clusters(ones)) {
      const causeKey = `silence:${tenantId}:${metric}:${isoOfSeconds(cluster[0]!.lastPoint)}`;
      for (const one of cluster) causes.set(openKey(one), { causeKey, targets: cluster.length });
    }
  }
  const fresh = [...Map.groupBy(vanished, ({ targetId }) => targetId)].flatMap(([targetId, ones]) =>
    ones
      .toSorted((a, b) => (a.metric < b.metric ? -1 : 1))
      .slice(0, Math.max(0, MAX_METRICS - (ofMetrics.get(targetId)?.length ?? 0)))
      .map((one) => {
        const { causeKey, targets } = causes.get(openKey(one))!;
        return { targetId, alert: datedSoon(metricAlert(one, targets, causeKey), now) };
      }),
  );
  return [...fresh, ...known.map((one) => ({ targetId: one.targetId, alert: alertAgain(one) }))];
};

/** An open silence that is over, with the time of the first point after it. */
interface Ended {
  readonly anomaly: Anomaly;
  readonly endedAt: number;
}

/** What sent again, and what is silent for a day: that is the new normal. */
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
