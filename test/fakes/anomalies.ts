/** The ports of anomalies in memory, with the guarantees of the real stores. */

import type { Anomaly, AnomalyEnd } from '../../core/anomalies/anomaly.ts';
import type { IngestionSummary } from '../../core/anomalies/ingestion-summary.ts';
import type { AnomalyStore, DetectorFiles, IngestionStore } from '../../core/anomalies/ports.ts';
import type { VersionedBytes } from '../../core/shared/versioned-bytes.ts';
import { pageOf } from './shared.ts';

const anomalyKey = ({ tenantId, targetId, metric, timestamp }: Anomaly | AnomalyEnd): string =>
  JSON.stringify([tenantId, targetId, metric, timestamp]);

interface StoredAnomaly {
  readonly anomaly: Anomaly;
  readonly announced: boolean;
  readonly isEndAnnounced?: boolean;
}

export const memoryAnomalies = (initial: readonly Anomaly[] = []) => {
  const stored = new Map<string, StoredAnomaly>(
    initial.map((anomaly) => [anomalyKey(anomaly), { anomaly, announced: true }]),
  );
  const store: AnomalyStore = {
    record: async (anomalies) => {
      for (const anomaly of anomalies) {
        const key = anomalyKey(anomaly);
        if (!stored.has(key)) stored.set(key, { anomaly, announced: anomaly.silenced !== undefined });
      }
      return anomalies.filter((anomaly) => stored.get(anomalyKey(anomaly))?.announced === false);
    },
    markAnnounced: async (anomalies) => {
      for (const anomaly of anomalies) {
        const known = stored.get(anomalyKey(anomaly));
        stored.set(anomalyKey(anomaly), { anomaly, ...known, announced: true });
      }
    },
    recordEnds: async (ends) =>
      ends.flatMap((end) => {
        const known = stored.get(anomalyKey(end));
        if (known?.announced !== true || known.isEndAnnounced === true) return [];
        const endedAt = known.anomaly.endedAt ?? end.endedAt;
        stored.set(anomalyKey(end), { ...known, anomaly: { ...known.anomaly, endedAt } });
        return known.anomaly.silenced === undefined ? [{ ...end, endedAt }] : [];
      }),
    markEndsAnnounced: async (ends) => {
      for (const end of ends) {
        const known = stored.get(anomalyKey(end));
        if (known !== undefined) stored.set(anomalyKey(end), { ...known, isEndAnnounced: true });
      }
    },
    list: async (
      tenantId,
      { from = 0, to = Number.POSITIVE_INFINITY, targetId, metric, kind, isActive },
      page,
    ) => {
      const found = [...stored.values()]
        .map(({ anomaly }) => anomaly)
        .filter((one) => one.tenantId === tenantId && one.timestamp >= from && one.timestamp <= to)
        .filter((one) => targetId === undefined || one.targetId === targetId)
        .filter((one) => metric === undefined || one.metric === metric)
        .filter((one) => kind === undefined || one.kind === kind)
        .filter((one) => isActive !== true || one.endedAt === undefined);
      return pageOf(
        `anomalies ${tenantId}`,
        found.sort((a, b) => b.timestamp - a.timestamp),
        page,
      );
    },
  };
  return { store, all: () => [...stored.values()] };
};

export const memoryIngestion = () => {
  const stored = new Map<string, IngestionSummary>();
  const store: IngestionStore = {
    get: async (tenantId) => stored.get(tenantId),
    put: async (tenantId, summary) => {
      stored.set(tenantId, summary);
    },
  };
  return { store, stored };
};

export const memoryDetectors = () => {
  const stored = new Map<string, VersionedBytes>();
  const store: DetectorFiles = {
    read: async ({ tenantId, targetId }) => stored.get(`${tenantId} ${targetId}`),
    replace: async ({ tenantId, targetId }, bytes, expected) => {
      const key = `${tenantId} ${targetId}`;
      const version = stored.get(key)?.version;
      if (version !== expected) return false;
      stored.set(key, { bytes, version: String(Number(version ?? 0) + 1) });
      return true;
    },
  };
  return { store, all: () => stored };
};
