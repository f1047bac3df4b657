import { maintenanceReason } from '../../platform/settings/apply-settings.ts';
import type { Settings } from '../../platform/settings/settings.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import type { Anomaly, AnomalyEnd, Owner } from '../anomaly.ts';
import { ANOMALIES_SOURCE, type AnomaliesEvent } from '../events.ts';
import type { Alert } from './alert.ts';

/** The anomaly to store for an alert; silenced if it falls into a maintenance window, or if the alert is. */
export const anomalyOf = (alert: Alert, owner: Owner, settings: Settings): Anomaly => {
  const { metric, timestamp, value, kind, since, score, oneIn, parts, expected, reason, causeKeys } = alert;
  const silenced = maintenanceReason(settings, { ...owner, metric }, timestamp) ?? alert.silenced;
  return {
    ...owner,
    ...{ metric, timestamp, value, kind, score, oneIn, parts, reason, silenced, causeKeys },
    // The band of values near the largest number overflows.
    expected: expected && Number.isFinite(expected.upper - expected.lower) ? expected : undefined,
    since: Number.isNaN(since) ? timestamp : since,
  };
};

/** Event that announces an anomaly. Its id derives from the point, so that consumers can drop repeats. */
export const anomalyDetectedEvent = (anomaly: Anomaly): AnomaliesEvent => {
  const { tenantId, targetId, metric, timestamp, since, expected } = anomaly;
  const { value, score, kind, oneIn, reason, causeKeys } = anomaly;
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
      ...(causeKeys === undefined ? {} : { causeKeys: [...causeKeys] }),
    },
  };
};

/** Event that announces the end of an anomaly. Its id derives from the anomaly. */
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
