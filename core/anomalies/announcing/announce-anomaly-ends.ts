import type { EventPublisher } from '../../shared/messaging.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { type EndedEpisode, MAX_EPISODE_SECONDS } from '../engine/episode.ts';
import type { AnomalyStore } from '../ports.ts';
import type { AnnounceContext } from './announce-anomalies.ts';
import { anomalyEndedEvent } from './anomaly-events.ts';

export interface AnnounceEndsDeps {
  readonly anomalies: Pick<AnomalyStore, 'recordEnds' | 'markEndsAnnounced'>;
  readonly events: EventPublisher;
  readonly telemetry: Telemetry;
}

/** The stream keeps records for at most a day, so no end arrives later than this. */
const LATEST_SECONDS = DAY_SECONDS;
/** Ends of older anomalies are not announced. */
const NEWS_SECONDS = MAX_EPISODE_SECONDS + LATEST_SECONDS;

/**
 * Stores the ends of anomalies and announces each once: stores the end with its anomaly, publishes an event whose id
 * derives from the anomaly, and marks the record. The record says whether the anomaly and its end were announced, so
 * replaying hours in any order never announces an end twice, or the end of an anomaly that was not announced.
 */
export const announceAnomalyEnds = async (
  { anomalies, events, telemetry }: AnnounceEndsDeps,
  { owner, now }: AnnounceContext,
  ended: readonly EndedEpisode[],
): Promise<void> => {
  const ends = ended.flatMap(({ alerts, endedAt }) =>
    alerts
      .filter(({ timestamp }) => timestamp > now - NEWS_SECONDS)
      .map(({ metric, timestamp }) => ({ ...owner, metric, timestamp, endedAt })),
  );
  if (ends.length === 0) return;
  const unannounced = await anomalies.recordEnds(ends);
  if (unannounced.length === 0) return;
  await events.publish(unannounced.map(anomalyEndedEvent));
  await anomalies.markEndsAnnounced(unannounced);
  telemetry.count('AnomalyEnded', unannounced.length);
  for (const { tenantId, targetId, metric, timestamp, endedAt } of unannounced) {
    const seriesId = `${targetId}/${metric}`;
    telemetry.info('anomaly ended', { tenantId, seriesId, timestamp, endedAt });
  }
};
