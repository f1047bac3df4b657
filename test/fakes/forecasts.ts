/** The ports of forecasts in memory, with the guarantees of the real stores. */

import type { BatchResult, ForecastRun } from '../../core/forecasts/forecast-run.ts';
import {
  archiveFileKey,
  batchFileKey,
  resultFileKey,
  resultFilesPrefix,
} from '../../core/forecasts/object-keys.ts';
import type {
  BreachLifetime,
  BreachStore,
  ForecastScorer,
  ForecastStore,
  Intervention,
  InterventionStore,
  RunFiles,
  RunStore,
  ScoreKeeper,
  StateFiles,
} from '../../core/forecasts/ports.ts';
import type { PredictedBreach, TargetForecast } from '../../core/forecasts/target-forecast.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import type { VersionedBytes } from '../../core/shared/versioned-bytes.ts';
import { pageOf } from './shared.ts';

export const memoryInterventions = (stored: readonly Intervention[] = []) => {
  const byKey = new Map<string, Intervention>();
  const store: InterventionStore = {
    put: async (intervention) => {
      byKey.set(`${intervention.tenantId} ${intervention.at} ${intervention.id}`, intervention);
    },
    since: async (tenantId, from) =>
      [...byKey.values()]
        .filter((each) => each.tenantId === tenantId && each.at >= from)
        .sort((a, b) => b.at - a.at),
  };
  for (const each of stored) void store.put(each);
  return { store, stored: () => [...byKey.values()] };
};

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
    claimed: async (tenantId, key) => claims.get(keyOf(tenantId, key)),
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
      if ((stored.get(key)?.forecast.issuedAt ?? 0) > forecast.issuedAt) return false;
      stored.set(key, { forecast, expiresAt });
      return true;
    },
    get: async (tenantId, targetId) => stored.get(`${tenantId} ${targetId}`)?.forecast,
  };
  return { store, all: () => [...stored.values()] };
};

export const memoryBreaches = (initial: readonly PredictedBreach[] = []) => {
  const keyOf = (tenantId: string, targetId: string, metric: string) =>
    [tenantId, targetId, metric].join(' ');
  const keyed = (breach: PredictedBreach) =>
    [keyOf(breach.tenantId, breach.targetId, breach.metric), breach] as const;
  const breaches = new Map(initial.map(keyed));
  const lifetimes: BreachLifetime[] = [];
  const store: BreachStore = {
    stored: async (tenantId, targetId) => {
      const own = [...breaches.values()].filter(
        (breach) => breach.tenantId === tenantId && breach.targetId === targetId,
      );
      return new Map(own.map((breach) => [breach.metric, breach]));
    },
    change: async ({ tenantId, targetId, issuedAt }, { put, remove }, lifetime) => {
      const isNewest = (key: string) => (breaches.get(key)?.issuedAt ?? 0) <= issuedAt;
      for (const [key, breach] of put.map(keyed)) if (isNewest(key)) breaches.set(key, breach);
      for (const metric of remove) {
        const key = keyOf(tenantId, targetId, metric);
        if (isNewest(key)) breaches.delete(key);
      }
      lifetimes.push(lifetime);
    },
    list: async (tenantId, { minProbability = 0, severity, targetId }, page) => {
      const found = [...breaches.values()].filter(
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
  return { store, lifetimes, all: () => [...breaches.values()] };
};

export const memoryFiles = () => {
  const objects = new Map<string, unknown>();
  const files: RunFiles = {
    writeBatch: async (tenantId, runId, index, targetIds) => {
      const key = batchFileKey(tenantId, runId, index);
      objects.set(key, targetIds);
      return key;
    },
    readBatch: async (key) => {
      const found = objects.get(key);
      if (found === undefined) throw new InvalidInputError(`object ${key} does not exist`);
      return found as readonly string[];
    },
    writeResult: async (tenantId, runId, result) => {
      objects.set(resultFileKey(tenantId, runId, result.index), result);
    },
    readResults: async (tenantId, runId) => {
      const prefix = resultFilesPrefix(tenantId, runId);
      return [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .map(([, result]) => result as BatchResult);
    },
    archiveForecasts: async (tenantId, runId, index, issuedAt, forecasts) => {
      const key = archiveFileKey(tenantId, issuedAt, runId, index);
      objects.set(key, forecasts);
      return key;
    },
    readForecasts: async (tenantId, runId, index, issuedAt) => {
      const archived = objects.get(archiveFileKey(tenantId, issuedAt, runId, index)) ?? [];
      return (archived as readonly TargetForecast[]).flatMap(({ targetId, metrics }) =>
        metrics.map(({ metric, forecast, threshold, breach }) => ({
          ...{ ...forecast, targetId, metric, threshold, breach },
          quantiles: forecast.quantiles.map((row) => [...row]),
        })),
      );
    },
  };
  return { files, objects };
};

/** Stored states by tenant and batch, replaced only by a writer that read the newest. */
export const memoryStates = () => {
  const objects = new Map<string, VersionedBytes>();
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

/** For tests of other things than scores. */
export const noScorer: ForecastScorer = { begin: async () => ({ score: () => {}, end: async () => {} }) };
export const noScores: ScoreKeeper = { keep: async () => {} };
