/** The ports in memory, behaving as the real stores promise to; what handlers do is asserted on their contents. */

import * as z from 'zod';
import type {
  Anomaly,
  AnomalyEnd,
  AnomalyStore,
  DetectorStateStore,
  StoredDetectors,
} from '../../core/anomalies/ports.ts';
import type {
  BatchResult,
  BreachStore,
  ForecastRun,
  ForecastStore,
  PredictedBreach,
  RunFiles,
  RunStore,
  TargetForecast,
} from '../../core/forecasts/ports.ts';
import type { KeptStates, StateFiles } from '../../core/forecasts/state-files.ts';
import { encodeBlock } from '../../core/metrics/blocks/block-codec.ts';
import type { BlockStore, StoredBlock } from '../../core/metrics/ports.ts';
import type { Target } from '../../core/metrics/targets/target.ts';
import { decodeCursor, encodeCursor } from '../../core/platform/api/cursor.ts';
import type { SettingsStore } from '../../core/platform/settings/ports.ts';
import { NO_SETTINGS, type Settings } from '../../core/platform/settings/settings.ts';
import type { DomainEvent } from '../../core/shared/domain-event.ts';
import { ConflictError, InvalidInputError } from '../../core/shared/errors.ts';
import { objectKeys } from '../../core/shared/keys.ts';
import type { Page, PageRequest } from '../../core/shared/page.ts';
import type { Telemetry } from '../../core/shared/telemetry.ts';
import { hourOf } from '../../core/shared/time.ts';

const pageOf = <Item>(scope: string, items: readonly Item[], { limit, cursor }: PageRequest): Page<Item> => {
  const from = cursor === undefined ? 0 : decodeCursor(scope, cursor, z.tuple([z.number()]))[0];
  const end = from + limit;
  return {
    items: items.slice(from, end),
    nextCursor: end < items.length ? encodeCursor(scope, [end]) : undefined,
  };
};

export const memoryRegistry = (targets: readonly Target[]) => ({
  get: async (tenantId: string, targetId: string) =>
    targets.find((target) => target.tenantId === tenantId && target.targetId === targetId),
  list: async (tenantId: string, page: PageRequest) =>
    pageOf(
      `targets ${tenantId}`,
      targets.filter((target) => target.tenantId === tenantId),
      page,
    ),
  listTenants: async () => [...new Set(targets.map(({ tenantId }) => tenantId))],
});

export const memoryRuns = () => {
  const runs = new Map<string, ForecastRun>();
  const claims = new Map<string, string>();
  const keyOf = (tenantId: string, runId: string) => `${tenantId} ${runId}`;
  const store: RunStore = {
    claim: async (tenantId, key, runId) => {
      const claim = keyOf(tenantId, key);
      claims.set(claim, claims.get(claim) ?? runId);
      return claims.get(claim) ?? runId;
    },
    begin: async (run) => {
      const key = keyOf(run.tenantId, run.runId);
      if (!runs.has(key)) runs.set(key, run);
    },
    finish: async (run) => {
      runs.set(keyOf(run.tenantId, run.runId), run);
    },
    get: async (tenantId, runId) => runs.get(keyOf(tenantId, runId)),
    list: async (tenantId, page) => {
      const own = [...runs.values()].filter((run) => run.tenantId === tenantId);
      return pageOf(
        `runs ${tenantId}`,
        own.sort((a, b) => (a.runId < b.runId ? 1 : -1)),
        page,
      );
    },
  };
  return { store, all: () => [...runs.values()] };
};

export const memoryForecasts = () => {
  const stored = new Map<string, { forecast: TargetForecast; expiresAt: number }>();
  const store: ForecastStore = {
    put: async (forecast, expiresAt) => {
      const key = `${forecast.tenantId} ${forecast.targetId}`;
      if ((stored.get(key)?.forecast.issuedAt ?? 0) <= forecast.issuedAt)
        stored.set(key, { forecast, expiresAt });
    },
    get: async (tenantId, targetId) => stored.get(`${tenantId} ${targetId}`)?.forecast,
  };
  return { store, all: () => [...stored.values()] };
};

export const memoryBreaches = (initial: readonly PredictedBreach[] = []) => {
  let stored = [...initial];
  const expiries: number[] = [];
  const store: BreachStore = {
    replace: async (tenantId, targetId, breaches, expiresAt) => {
      stored = stored.filter((breach) => breach.tenantId !== tenantId || breach.targetId !== targetId);
      stored.push(...breaches);
      expiries.push(expiresAt);
    },
    list: async (tenantId, { minProbability = 0, severity, targetId }, page) => {
      const found = stored.filter(
        (one) =>
          one.tenantId === tenantId &&
          one.breach.probability >= minProbability &&
          (severity === undefined || one.breach.severity === severity) &&
          (targetId === undefined || one.targetId === targetId),
      );
      return pageOf(
        `breaches ${tenantId}`,
        found.sort((a, b) => b.risk - a.risk),
        page,
      );
    },
  };
  return { store, expiries, all: () => stored };
};

export const memoryFiles = () => {
  const objects = new Map<string, unknown>();
  const files: RunFiles = {
    writeBatch: async (tenantId, runId, index, targetIds) => {
      const key = objectKeys.batch(tenantId, runId, index);
      objects.set(key, targetIds);
      return key;
    },
    readBatch: async (key) => {
      const found = objects.get(key);
      if (found === undefined) throw new InvalidInputError(`there is no object ${key}`);
      return found as readonly string[];
    },
    writeResult: async (tenantId, runId, result) => {
      objects.set(objectKeys.result(tenantId, runId, result.index), result);
    },
    readResults: async (tenantId, runId) => {
      const prefix = objectKeys.results(tenantId, runId);
      return [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .map(([, result]) => result as BatchResult);
    },
    archiveForecasts: async (tenantId, runId, index, issuedAt, forecasts) => {
      const key = objectKeys.forecasts(tenantId, issuedAt, runId, index);
      objects.set(key, forecasts);
      return key;
    },
  };
  return { files, objects };
};

/** Kept states by tenant and batch, replaced only by whoever read the newest. */
export const memoryStates = () => {
  const objects = new Map<string, KeptStates>();
  const files: StateFiles = {
    read: async (tenantId, index) => objects.get(`${tenantId} ${index}`),
    replace: async (tenantId, index, bytes, expected) => {
      const key = `${tenantId} ${index}`;
      const version = objects.get(key)?.version;
      if (version !== expected) return false;
      objects.set(key, { bytes, version: String(Number(version ?? 0) + 1) });
      return true;
    },
  };
  return { files, objects };
};

/** Settings by tenant, replaced only by whoever read the newest. */
export const memorySettings = (initial: Readonly<Record<string, Settings>> = {}): SettingsStore => {
  const stored = new Map(Object.entries(initial));
  return {
    get: async (tenantId) => stored.get(tenantId) ?? NO_SETTINGS,
    replace: async (tenantId, settings) => {
      if ((stored.get(tenantId)?.version ?? 0) !== settings.version)
        throw new ConflictError('changed meanwhile');
      const next = { ...settings, version: settings.version + 1 };
      stored.set(tenantId, next);
      return next;
    },
  };
};

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

export const memoryDetectors = () => {
  const stored = new Map<string, StoredDetectors>();
  const store: DetectorStateStore = {
    get: async (tenantId, targetId) => stored.get(`${tenantId} ${targetId}`),
    put: async ({ tenantId, targetId }, bytes, expectedVersion) => {
      const key = `${tenantId} ${targetId}`;
      if ((stored.get(key)?.version ?? 0) !== expectedVersion) return false;
      stored.set(key, { bytes, version: expectedVersion + 1 });
      return true;
    },
  };
  return { store, all: () => stored };
};

export const memoryEvents = () => {
  const published: DomainEvent[] = [];
  const publish = async (events: readonly DomainEvent[]) => {
    published.push(...events);
  };
  return { events: { publish }, published };
};

/** Block storage of given points: one gauge series per name, `[epoch second, value]` pairs. */
export const memoryBlocks = (
  histories: Readonly<Record<string, Readonly<Record<string, readonly (readonly [number, number])[]>>>>,
): Pick<BlockStore, 'readRange'> => ({
  readRange: async (tenantId, targetId, fromHour, toHour) => {
    const blocks: StoredBlock[] = [];
    for (let hour = fromHour; hour <= toHour; hour++) {
      const series = Object.entries(histories[`${tenantId} ${targetId}`] ?? {}).flatMap(
        ([metric, points]) => {
          const own = points.filter(([at]) => hourOf(at) === hour);
          if (own.length === 0) return [];
          const offsets = Uint16Array.from(own, ([at]) => at - hour * 3600);
          const values = Float64Array.from(own, ([, value]) => value);
          return [[metric, { offsets, values, receipts: new Float64Array(own.length).fill(1) }] as const];
        },
      );
      if (series.length === 0) continue;
      blocks.push({ key: { tenantId, targetId, hour }, bytes: encodeBlock(new Map(series)), version: 1 });
    }
    return blocks;
  },
});

export const recordedTelemetry = () => {
  const lines: {
    level: 'info' | 'error';
    message: string;
    fields: Readonly<Record<string, unknown>>;
    cause?: unknown;
  }[] = [];
  const counts: Record<string, number> = {};
  const telemetry: Telemetry = {
    info: (message, fields) => lines.push({ level: 'info', message, fields }),
    error: (message, fields, cause) => lines.push({ level: 'error', message, fields, cause }),
    count: (outcome, amount = 1) => {
      counts[outcome] = (counts[outcome] ?? 0) + amount;
    },
  };
  return { telemetry, lines, counts };
};

export const watched = (targetId: string, over: Partial<Target> = {}): Target => ({
  tenantId: 'acme',
  targetId,
  profile: 'web',
  metrics: { cpu_percent: { kind: 'gauge', unit: '%' } },
  firstSeen: 0,
  lastSeen: 1_795_255_500,
  ...over,
});
