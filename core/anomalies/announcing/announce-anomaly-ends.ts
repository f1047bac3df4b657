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

/** Nothing that is told late comes later: records wait in the stream for a day at most. */
const LATEST_SECONDS = DAY_SECONDS;
/** Of anomalies older than this no end is owed: what is learned of them is history. */
const NEWS_SECONDS = MAX_EPISODE_SECONDS + LATEST_SECONDS;

/**
 * Stores that anomalies are over and announces it, once: an end is stored with its anomaly, published under an id made
 * of it, then marked. Whether an anomaly was told of, and its end too, says its record, so that whatever is learned
 * again in whatever order ends nothing twice, and nothing of which nobody knows.
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
