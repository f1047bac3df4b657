/** Announces each departure of a target from its peers once, as an anomaly. */

import { HOUR_SECONDS } from '../../shared/time.ts';
import { type Alert, alertAgain } from '../announcing/alert.ts';
import {
  type AnnounceContext,
  type AnnounceDeps,
  announceAnomalies,
} from '../announcing/announce-anomalies.ts';
import { type AnnounceEndsDeps, announceAnomalyEnds } from '../announcing/announce-anomaly-ends.ts';
import type { AnomalyStore } from '../ports.ts';
import type { GroupChanges, GroupContext, MetricDeparture } from './replay-group-hour.ts';

export interface AnnounceDeparturesDeps extends AnnounceDeps, AnnounceEndsDeps {
  readonly anomalies: Pick<
    AnomalyStore,
    'record' | 'markAnnounced' | 'recordEnds' | 'markEndsAnnounced' | 'list'
  >;
}

/** Names the score in an anomaly's parts. */
const PART = 'peers';
/** Departures closer than this are the same one, seen with different late points: episodes last longer. */
const SAME_SECONDS = 1500;
const SHOWN_DIGITS = 3;

const shown = (value: number): string => String(Number(value.toPrecision(SHOWN_DIGITS)));

/** A departure as an alert, with its reason for people. */
export const alertOf = (departure: MetricDeparture): Alert => {
  const { targetId, metric, timestamp, since, value, score, oneIn, peers, median, expected } = departure;
  const values = `(median ${shown(median)}, value ${shown(value)})`;
  return {
    ...{ metric, timestamp, value, score, oneIn, expected },
    kind: 'correlation',
    since,
    parts: { [PART]: score },
    reason: `${metric} of ${targetId} departed from its ${peers} peers ${values}`,
  };
};

/**
 * The alert that announces a departure. Late points move medians slightly, so a departure that is stored at a neighbouring
 * moment keeps its stored alert. This completes pending announcements and never announces a departure twice.
 */
const storedOrNew = async (
  { anomalies }: AnnounceDeparturesDeps,
  tenantId: string,
  departure: MetricDeparture,
): Promise<Alert> => {
  const { targetId, metric, timestamp } = departure;
  const [from, to] = [timestamp - SAME_SECONDS, timestamp + SAME_SECONDS];
  const filter = { from, to, targetId, metric, kind: 'correlation' as const };
  const { items } = await anomalies.list(tenantId, filter, { limit: 20 });
  const stored = items.filter(({ parts }) => parts[PART] !== undefined);
  const twin = stored.find((one) => one.timestamp === timestamp) ?? stored.at(-1);
  return twin === undefined ? alertOf(departure) : alertAgain(twin);
};

/** Older departures are not announced, like anomalies of other detectors. */
const NEWS_SECONDS = HOUR_SECONDS;

/** Stores and announces departures as anomalies, and their ends. `now` in epoch seconds. */
export const announceDepartures = async (
  deps: AnnounceDeparturesDeps,
  { tenantId, settings }: GroupContext,
  now: number,
  { departures, returns }: GroupChanges,
): Promise<number> => {
  const news = departures.filter(({ timestamp }) => timestamp > now - NEWS_SECONDS);
  const contextOf = (targetId: string): AnnounceContext => ({ owner: { tenantId, targetId }, settings, now });
  for (const [targetId, own] of Map.groupBy(news, (departure) => departure.targetId)) {
    const alerts: Alert[] = [];
    for (const departure of own) alerts.push(await storedOrNew(deps, tenantId, departure));
    await announceAnomalies(deps, contextOf(targetId), alerts);
  }
  for (const [targetId, own] of Map.groupBy(returns, (back) => back.targetId)) {
    const ended = own.map(({ metric, beganAt, unusualAt }) => ({
      alerts: [{ metric, timestamp: beganAt }],
      endedAt: unusualAt,
    }));
    await announceAnomalyEnds(deps, contextOf(targetId), ended);
  }
  return news.length;
};
