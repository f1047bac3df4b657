import { maintenanceReason } from '../../platform/settings/apply-settings.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { Anomaly, AnomalyEnd, Owner } from '../anomaly.ts';
import { ANOMALIES_SOURCE, type AnomaliesEvent } from '../events.ts';
import type { Alert } from './alert.ts';

/** What is stored of an alert; within a maintenance window it is silenced. */
export const anomalyOf = (alert: Alert, owner: Owner, settings: Settings): Anomaly => {
  const { metric, timestamp, value, kind, since, score, oneIn, parts, expected, reason } = alert;
  const silenced = maintenanceReason(settings, { ...owner, metric }, timestamp);
  return {
    ...owner,
    ...{ metric, timestamp, value, kind, score, oneIn, parts, reason, silenced },
    // Values near the largest number there is have a band beyond it.
    expected: expected && Number.isFinite(expected.upper - expected.lower) ? expected : undefined,
    since: Number.isNaN(since) ? timestamp : since,
  };
};

/** The event that tells of an anomaly. Its id derives from the point, so that a repeat is known as one. */
export const anomalyDetectedEvent = (anomaly: Anomaly): AnomaliesEvent => {
  const { tenantId, targetId, metric, timestamp, since, expected } = anomaly;
  const { value, score, kind, oneIn, reason } = anomaly;
  return {
    name: 'AnomalyDetected',
    source: ANOMALIES_SOURCE,
    detail: {
      id: `AnomalyDetected/${tenantId}/${targetId}/${metric}/${isoOfSeconds(timestamp)}`,
      occurredAt: isoOfSeconds(timestamp),
      timestamp: isoOfSeconds(timestamp),
      since: isoOfSeconds(since),
      expected: expected ?? null,
      ...{ tenantId, targetId, metric, value, score, kind, oneIn, reason },
    },
  };
};

/** The event that tells that an anomaly is over. Its id derives from the anomaly. */
export const anomalyEndedEvent = (end: AnomalyEnd): AnomaliesEvent => {
  const { tenantId, targetId, metric } = end;
  const [timestamp, endedAt] = [isoOfSeconds(end.timestamp), isoOfSeconds(end.endedAt)];
  return {
    name: 'AnomalyEnded',
    source: ANOMALIES_SOURCE,
    detail: {
      id: `AnomalyEnded/${tenantId}/${targetId}/${metric}/${timestamp}`,
      occurredAt: endedAt,
      ...{ tenantId, targetId, metric, timestamp, endedAt },
    },
  };
};
