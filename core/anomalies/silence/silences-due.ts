/** Chooses the alerts that are due: new silences, and recorded ones that a crash left unannounced. */
import { isoOfSeconds } from '../../shared/time.ts';
import { type Alert, alertAgain } from '../announcing/alert.ts';
import type { RequestSigns } from '../ports.ts';
import { clusters } from './clusters.ts';
import { findSilences, type SeenTarget, type Stopped } from './find-silences.ts';
import type { Vanished } from './find-vanished.ts';
import { likelyReason } from './likely-reason.ts';
import { type OpenSilences, openKey } from './open-silences.ts';
import { ALL_TARGETS, metricAlert, targetAlert, tenantAlert } from './silence-alerts.ts';
import type { TenantSilence } from './tenant-silence.ts';

/** Metrics of one target that are announced one by one; the others are named with them. */
const MAX_METRICS = 10;
/** Alerts of points older than an hour are not announced. */
const LATE_SECONDS = 3000;
const CHECK_SECONDS = 300;

/** An alert of a target, or of the tenant. */
export interface Due {
  readonly targetId: string;
  readonly alert: Alert;
}

/** The silent targets, and those of them that were not announced yet. */
export interface Stops {
  readonly stopped: readonly Stopped[];
  readonly fresh: readonly Stopped[];
}

/** A silence that was found late, because checks failed or a tenant returned without it, is news nevertheless. */
const datedSoon = (alert: Alert, now: number): Alert =>
  alert.timestamp > now - LATE_SECONDS ? alert : { ...alert, timestamp: now - (now % CHECK_SECONDS) };

export const tenantDue = async (
  signs: RequestSigns,
  tenantId: string,
  whole: TenantSilence | undefined,
  { ofTenant }: OpenSilences,
  now: number,
): Promise<Due[]> => {
  if (whole !== undefined) {
    const alert = tenantAlert(tenantId, whole, await likelyReason(signs, tenantId, whole.since));
    return [{ targetId: ALL_TARGETS, alert: datedSoon(alert, now) }];
  }
  return ofTenant === undefined ? [] : [{ targetId: ALL_TARGETS, alert: alertAgain(ofTenant) }];
};

/** A recorded silence keeps its time and reason; it is announced if a crash left that undone. */
export const targetsDue = (
  tenantId: string,
  targets: readonly SeenTarget[],
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

export const metricsDue = (
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
