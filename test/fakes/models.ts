/** Stores of models in memory, with the guarantees of the ports; and everything else that their steps need. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type * as z from 'zod';
import type { LearnedSeries } from '../../core/models/learned-series.ts';
import { EMPTY_LINE_UP, LineUp } from '../../core/models/line-up.ts';
import type { TrustedKey } from '../../core/models/model-artefact.ts';
import { ModelVersion } from '../../core/models/model-version.ts';
import { BatchScores, ScoredDay } from '../../core/models/performance/scored-day.ts';
import type {
  ArtefactFiles,
  ArtefactSigner,
  FleetSeries,
  ModelScope,
  ModelStore,
  ModelWrite,
  PairedScores,
  RouteStore,
  ScoreFiles,
  ServingHealthReader,
  Snapshots,
  TrustedKeys,
} from '../../core/models/ports.ts';
import { Rollout } from '../../core/models/rollout.ts';
import { NO_ROUTES, RoutingTable } from '../../core/models/routing-table.ts';
import type { ScoredBlock } from '../../core/models/scored-block.ts';
import { compareVersions } from '../../core/models/semantic-version.ts';
import type { ServingHealth } from '../../core/models/serving-health.ts';
import { decodeSeries, encodeSeries } from '../../core/models/training/series-codec.ts';
import { EMPTY_BOOK, SnapshotManifest, TrainingBook, TrainingRun } from '../../core/models/training-run.ts';
import { jsonHash } from '../../core/shared/canonical-json.ts';
import { InvalidInputError, UnreadableItemError } from '../../core/shared/errors.ts';
import type { WorkflowStarter } from '../../core/shared/messaging.ts';
import type { Versioned } from '../../core/shared/versioned.ts';
import { pageOf } from './shared.ts';

type Stored = Map<string, Versioned<unknown>>;

interface Put {
  readonly key: string;
  readonly schema: z.ZodType;
  readonly given: Versioned<unknown>;
}

const keyOf = ({ tenantId, kind }: ModelScope, name: string, id = ''): string =>
  JSON.stringify([tenantId, kind, name, id]);

const putsOf = (write: ModelWrite): readonly Put[] => {
  const { scope, lineUp, version, rollout, run, book } = write;
  return [
    ...(lineUp ? [{ key: keyOf(scope, 'line-up'), schema: LineUp, given: lineUp }] : []),
    ...(version
      ? [{ key: keyOf(scope, 'version', version.item.version), schema: ModelVersion, given: version }]
      : []),
    ...(rollout
      ? [{ key: keyOf(scope, 'rollout', rollout.item.rolloutId), schema: Rollout, given: rollout }]
      : []),
    ...(run ? [{ key: keyOf(scope, 'run', run.item.runId), schema: TrainingRun, given: run }] : []),
    ...(book ? [{ key: keyOf(scope, 'book'), schema: TrainingBook, given: book }] : []),
  ];
};

/** As an item will be read back: valid, and without fields that are undefined. */
const asRead = (schema: z.ZodType, item: unknown): unknown => schema.parse(JSON.parse(JSON.stringify(item)));

export const memoryModelStore = (): ModelStore & { readonly versions: () => readonly ModelVersion[] } => {
  const stored: Stored = new Map();
  const find = <Item>(schema: z.ZodType<Item>, key: string): Versioned<Item> | undefined => {
    const found = stored.get(key);
    return found && { item: schema.parse(structuredClone(found.item)), revision: found.revision };
  };
  const versions = () => {
    const items = [...stored.values()].flatMap(({ item }) => ModelVersion.safeParse(item).data ?? []);
    return items.toSorted((a, b) => compareVersions(b.version, a.version));
  };
  return {
    versions,
    lineUp: async (scope) => find(LineUp, keyOf(scope, 'line-up')) ?? { item: EMPTY_LINE_UP, revision: 0 },
    version: async (scope, version) => find(ModelVersion, keyOf(scope, 'version', version)),
    rollout: async (scope, rolloutId) => find(Rollout, keyOf(scope, 'rollout', rolloutId)),
    run: async (scope, runId) => find(TrainingRun, keyOf(scope, 'run', runId)),
    book: async (scope) => find(TrainingBook, keyOf(scope, 'book')) ?? { item: EMPTY_BOOK, revision: 0 },
    commit: async (write) => {
      const puts = putsOf(write).map((put) => ({ ...put, item: asRead(put.schema, put.given.item) }));
      if (puts.some(({ key, given }) => (stored.get(key)?.revision ?? 0) !== given.revision)) return false;
      for (const { key, given, item } of puts) stored.set(key, { item, revision: given.revision + 1 });
      return true;
    },
    list: async (scope, page) => {
      const own = versions().filter(
        ({ tenantId, kind }) => tenantId === scope.tenantId && kind === scope.kind,
      );
      return pageOf(`models:${scope.tenantId}:${scope.kind}`, own, page);
    },
  };
};

export const memoryRouteStore = (): RouteStore => {
  const tables = new Map<string, Versioned<RoutingTable>>();
  return {
    get: async (tenantId) => structuredClone(tables.get(tenantId)) ?? { item: NO_ROUTES, revision: 0 },
    replace: async (tenantId, { item, revision }) => {
      const next = RoutingTable.parse(JSON.parse(JSON.stringify(item)));
      if ((tables.get(tenantId)?.revision ?? 0) !== revision) return false;
      tables.set(tenantId, { item: next, revision: revision + 1 });
      return true;
    },
  };
};

/** A key pair of its own for each test. */
export const memorySigner = (keyId = 'key-1'): ArtefactSigner & { readonly trusted: TrustedKey } => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    trusted: { keyId, publicKey: String(publicKey.export({ format: 'jwk' }).x) },
    sign: async (_, message) => ({ keyId, value: sign(null, message, privateKey).toString('base64url') }),
  };
};

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const memoryArtefacts = (): ArtefactFiles & { readonly files: Map<string, Uint8Array> } => {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    read: async ({ tenantId }, path) => files.get(`${tenantId}/${path}`),
    write: async ({ tenantId }, path, bytes) => void files.set(`${tenantId}/${path}`, bytes),
  };
};

export const memoryFleet = (series: readonly LearnedSeries[]): FleetSeries => ({ read: async () => series });

export const memoryKeys = (): TrustedKeys => {
  const keys = new Map<string, ReadonlyMap<string, TrustedKey>>();
  const of = (tenantId: string) => keys.get(tenantId) ?? new Map<string, TrustedKey>();
  return {
    add: async (tenantId, key) =>
      void keys.set(tenantId, new Map([[key.keyId, key] as const, ...of(tenantId)])),
    all: async (tenantId) => [...of(tenantId).values()],
  };
};

/** Snapshots of a fleet in one object, which a test may damage. */
export const memorySnapshots = (fleet: FleetSeries, objects = new Map<string, Uint8Array>()): Snapshots => {
  const manifestKey = (tenantId: string, hash: string): string => `manifests ${tenantId} ${hash}`;
  return {
    objects: async ({ tenantId }, window) => {
      const series = await fleet.read(tenantId, window);
      if (series.length === 0) return [];
      const bytes = encodeSeries(series);
      const sha256 = sha256Of(bytes);
      objects.set(sha256, bytes);
      return [{ ...window, key: sha256, sha256, bytes: bytes.length }];
    },
    put: async (manifest, hash) => {
      if (jsonHash(manifest) !== hash) throw new Error('the hash is not that of the manifest');
      objects.set(manifestKey(manifest.tenantId, hash), Buffer.from(JSON.stringify(manifest)));
    },
    series: async ({ tenantId }, hash) => {
      const stored = objects.get(manifestKey(tenantId, hash));
      if (stored === undefined) throw new InvalidInputError(`there is no snapshot ${hash}`);
      const manifest = SnapshotManifest.parse(JSON.parse(Buffer.from(stored).toString()));
      return manifest.objects.flatMap(({ key, sha256 }) => {
        const bytes = objects.get(key) ?? new Uint8Array();
        if (sha256Of(bytes) !== sha256) throw new UnreadableItemError(key, 'it is damaged');
        return decodeSeries(bytes);
      });
    },
  };
};

/** Scores and health that a test sets. */
export const memoryServing = () => {
  const blocks: ScoredBlock[] = [];
  let health: ServingHealth = { forecasts: 100, failures: 0, p95Seconds: 0.2, alarms: [] };
  const scores: PairedScores = {
    blocks: async (_scope, { after }) =>
      blocks.filter(({ at }) => at > after).toSorted((a, b) => a.at - b.at),
  };
  const reader: ServingHealthReader = { read: async () => health };
  return {
    ...{ scores, health: reader, blocks },
    becomes: (next: Partial<ServingHealth>) => {
      health = { ...health, ...next };
    },
  };
};

/** Executions by their names. */
export const memoryWorkflow = (): WorkflowStarter & { readonly started: ReadonlyMap<string, unknown> } => {
  const started = new Map<string, unknown>();
  return {
    started,
    start: async (name, input) => {
      if (started.has(name)) return 'already-running';
      started.set(name, input);
      return 'started';
    },
  };
};

/** Scores of batches and days; a day is replaced only by a writer that read the newest. */
export const memoryScores = () => {
  const batches = new Map<string, { readonly run: string; readonly scores: BatchScores }>();
  const days = new Map<string, { readonly scores: ScoredDay; readonly version: string }>();
  const files: ScoreFiles = {
    writeBatch: async (tenantId, runId, index, scores) => {
      const run = JSON.stringify([tenantId, runId]);
      const read = BatchScores.parse(JSON.parse(JSON.stringify(scores)));
      batches.set(`${run} ${index}`, { run, scores: read });
    },
    visitBatches: async (tenantId, runId, visit) => {
      for (const { run, scores } of batches.values())
        if (run === JSON.stringify([tenantId, runId])) visit(scores);
    },
    readDay: async (tenantId, day) => days.get(`${tenantId} ${day}`),
    replaceDay: async (tenantId, scores, expected) => {
      const key = `${tenantId} ${scores.day}`;
      const version = days.get(key)?.version;
      if (version !== expected) return false;
      const read = ScoredDay.parse(JSON.parse(JSON.stringify(scores)));
      days.set(key, { scores: read, version: String(Number(version ?? 0) + 1) });
      return true;
    },
  };
  return { files, days: () => [...days.values()].map(({ scores }) => scores) };
};
