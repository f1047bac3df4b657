import type { Settings } from '../../platform/settings/settings.ts';
import type { EventPublisher } from '../../shared/messaging.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import type { Owner } from '../anomaly.ts';
import type { AnomalyStore } from '../ports.ts';
import type { Alert } from './alert.ts';
import { anomalyDetectedEvent, anomalyOf } from './anomaly-events.ts';

export interface AnnounceDeps {
  readonly anomalies: Pick<AnomalyStore, 'record' | 'markAnnounced'>;
  readonly events: EventPublisher;
  readonly telemetry: Telemetry;
}

/** Owner of the alerts and the settings that apply. */
export interface AnnounceContext {
  readonly owner: Owner;
  readonly settings: Settings;
  /** Epoch seconds. */
  readonly now: number;
}

const ANOMALIES_KEPT_SECONDS = 90 * DAY_SECONDS;
/** Anomalies in older points are not announced. */
const NEWS_SECONDS = HOUR_SECONDS;

/**
 * Stores alerts as anomalies and announces the ones that are not yet announced: records them, publishes their events, and
 * marks them. Keys and event ids derive from the point, so repeating after a crash gives the same anomalies and events.
 */
export const announceAnomalies = async (
  { anomalies, events, telemetry }: AnnounceDeps,
  { owner, settings, now }: AnnounceContext,
  alerts: readonly Alert[],
): Promise<void> => {
  const news = alerts.filter(({ timestamp }) => timestamp > now - NEWS_SECONDS);
  if (news.length === 0) return;
  const found = news.map((alert) => anomalyOf(alert, owner, settings));
  const unannounced = await anomalies.record(found, now + ANOMALIES_KEPT_SECONDS);
  if (unannounced.length === 0) return;
  await events.publish(unannounced.map(anomalyDetectedEvent));
  await anomalies.markAnnounced(unannounced);
  telemetry.count('AnomalyDetected', unannounced.length);
  for (const { tenantId, targetId, metric, kind, score, reason } of unannounced) {
    const seriesId = `${targetId}/${metric}`;
    telemetry.info('anomaly detected', { tenantId, seriesId, kind, score, reason });
  }
};
