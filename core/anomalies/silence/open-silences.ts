/** The silences of the last two days: those that last, and those that ended. Times in epoch seconds. */
import { GONE_SECONDS } from '../../metrics/reporting/reporting-pattern.ts';
import { allItems } from '../../shared/page.ts';
import type { Anomaly } from '../anomaly.ts';
import type { AnomalyStore } from '../ports.ts';
import type { Activity } from './activity.ts';
import { ALL_METRICS, ALL_TARGETS } from './silence-alerts.ts';

const PAGE = 200;

export interface OpenSilences {
  readonly ofTenant: Anomaly | undefined;
  readonly ofTargets: ReadonlyMap<string, Anomaly>;
  /** Open silences of metrics, by target. */
  readonly ofMetrics: ReadonlyMap<string, readonly Anomaly[]>;
  /** Time at which the tenant last sent again after it was silent as a whole; 0 if it was not. */
  readonly resumedAt: number;
  readonly isStillSilent: (targetId: string, lastPoint: number | undefined) => boolean;
  readonly isStillAbsent: (targetId: string, metric: string, lastPoint: number | undefined) => boolean;
  /** The first points of the activity after open silences of its target. */
  readonly returnsIn: (activity: Activity) => readonly (readonly [string, number])[];
}

export const openKey = ({ targetId, metric }: Pick<Anomaly, 'targetId' | 'metric'>): string =>
  `${targetId}\n${metric}`;

const isOver = (since: number, lastPoint: number | undefined): boolean =>
  lastPoint !== undefined && lastPoint > since;

export const openSilences = async (
  { list }: Pick<AnomalyStore, 'list'>,
  tenantId: string,
  now: number,
): Promise<OpenSilences> => {
  const all: Anomaly[] = [];
  const filter = { from: now - 2 * GONE_SECONDS, kind: 'missing' as const };
  for await (const one of allItems((page) => list(tenantId, filter, page), PAGE)) all.push(one);
  // Newest first: of several open silences of one series, the newest counts.
  const open = all.filter(({ endedAt }) => endedAt === undefined).reverse();
  const ofTargets = new Map(
    open.filter(({ metric }) => metric === ALL_METRICS).map((one) => [one.targetId, one]),
  );
  const ofTenant = ofTargets.get(ALL_TARGETS);
  ofTargets.delete(ALL_TARGETS);
  const metrics = open.filter(({ metric }) => metric !== ALL_METRICS);
  const ofMetric = new Map(metrics.map((one) => [openKey(one), one]));
  const ofMetrics = Map.groupBy(ofMetric.values(), ({ targetId }) => targetId);
  const ends = all.filter(({ targetId }) => targetId === ALL_TARGETS).map(({ endedAt }) => endedAt ?? 0);
  return {
    ...{ ofTenant, ofTargets, ofMetrics, resumedAt: Math.max(0, ...ends) },
    isStillSilent: (targetId, lastPoint) => {
      const known = ofTargets.get(targetId);
      return known !== undefined && !isOver(known.since, lastPoint);
    },
    isStillAbsent: (targetId, metric, lastPoint) => {
      const known = ofMetric.get(openKey({ targetId, metric }));
      return known !== undefined && !isOver(known.since, lastPoint);
    },
    returnsIn: ({ targetId, points, reports }) => {
      const ofTarget = ofTargets.get(targetId);
      return [...(ofTarget === undefined ? [] : [ofTarget]), ...(ofMetrics.get(targetId) ?? [])].flatMap(
        (one) => {
          const times = one.metric === ALL_METRICS ? reports : (points.get(one.metric) ?? []);
          const back = times.find((at) => at > one.since);
          return back === undefined ? [] : [[openKey(one), back] as const];
        },
      );
    },
  };
};
