/** Stores of models, of their files, trainings and rollouts. Every call names its tenant. */
import type { Page, PageRequest } from '../shared/page.ts';
import type { Versioned } from '../shared/versioned.ts';
import type { LearnedSeries } from './learned-series.ts';
import type { LineUp } from './line-up.ts';
import type { ArtefactSignature, TrustedKey } from './model-artefact.ts';
import type { Metrics, ModelVersion, Parameters } from './model-version.ts';
import type { BatchScores, ScoredDay } from './performance/scored-day.ts';
import type { Rollout } from './rollout.ts';
import type { RoutingTable } from './routing-table.ts';
import type { ScoredBlock } from './scored-block.ts';
import type { SemanticVersion } from './semantic-version.ts';
import type { ServingHealth } from './serving-health.ts';
import type {
  SnapshotManifest,
  SnapshotObject,
  TrainingBook,
  TrainingRun,
  ValidationReport,
  Window,
} from './training-run.ts';
import type { WindowResult } from './validation/compared-windows.ts';

/** One kind of model of a tenant. */
export interface ModelScope {
  readonly tenantId: string;
  readonly kind: string;
}

/** What one step writes, all or nothing. Each item is written if it is still at its `revision`. */
export interface ModelWrite {
  readonly scope: ModelScope;
  readonly lineUp?: Versioned<LineUp>;
  readonly version?: Versioned<ModelVersion>;
  readonly rollout?: Versioned<Rollout>;
  readonly run?: Versioned<TrainingRun>;
  readonly book?: Versioned<TrainingBook>;
}

/** All reads of single items are strongly consistent. */
export interface ModelStore {
  /** The empty one, with revision 0, if nothing was registered. */
  lineUp(scope: ModelScope): Promise<Versioned<LineUp>>;
  version(scope: ModelScope, version: SemanticVersion): Promise<Versioned<ModelVersion> | undefined>;
  rollout(scope: ModelScope, rolloutId: string): Promise<Versioned<Rollout> | undefined>;
  run(scope: ModelScope, runId: string): Promise<Versioned<TrainingRun> | undefined>;
  book(scope: ModelScope): Promise<Versioned<TrainingBook>>;
  /** False, having written nothing, if another writer was first. */
  commit(write: ModelWrite): Promise<boolean>;
  /** Registered versions, the newest first. */
  list(scope: ModelScope, page: PageRequest): Promise<Page<ModelVersion>>;
}

/** The routing table of a tenant. */
export interface RouteStore {
  /** Strongly consistent; the empty one, with revision 0, if none was stored. */
  get(tenantId: string): Promise<Versioned<RoutingTable>>;
  /** False, having written nothing, if another writer was first. */
  replace(tenantId: string, table: Versioned<RoutingTable>): Promise<boolean>;
}

/** Files of models. */
export interface ArtefactFiles {
  /** Undefined if there is none of this name. */
  read(scope: ModelScope, path: string): Promise<Uint8Array | undefined>;
  write(scope: ModelScope, path: string, bytes: Uint8Array): Promise<void>;
}

/** Holds the private key; `core` only verifies. */
export interface ArtefactSigner {
  /** Ed25519 over the bytes, with a key of the tenant. */
  sign(tenantId: string, message: Uint8Array): Promise<ArtefactSignature>;
}

/** The public keys of all private keys that ever signed for a tenant, unless their trust was withdrawn. */
export interface TrustedKeys {
  /** Repeating it has no effect. */
  add(tenantId: string, key: TrustedKey): Promise<void>;
  all(tenantId: string): Promise<readonly TrustedKey[]>;
}

/** Which versions are compared, and after which time (epoch seconds). */
export interface ScoreQuery {
  readonly candidate: SemanticVersion;
  readonly champion: SemanticVersion;
  readonly after: number;
}

/** Forecasts of two versions for the same series, scored against what was observed. */
export interface PairedScores {
  /** Complete blocks only, the oldest first: one that was returned never changes and gets no earlier one beside it. */
  blocks(scope: ModelScope, query: ScoreQuery): Promise<readonly ScoredBlock[]>;
}

export interface ServingHealthReader {
  /** How a version did since a time, epoch seconds. */
  read(scope: ModelScope, version: SemanticVersion, since: number): Promise<ServingHealth>;
}

/** Judges a trained model before it is registered: the gate between candidate and champion. */
export interface CandidateGate {
  /** Repeating it gives the same report. */
  judge(run: TrainingRun): Promise<ValidationReport>;
}

/** Workflows that wait for a person's answer about a version. */
export interface WaitingTrainings {
  /** `not-waiting`: it has got its answer, or waits no longer. */
  answer(taskToken: string, answer: 'approved' | 'declined'): Promise<'sent' | 'not-waiting'>;
}

/** The series of a tenant as they are stored now. */
export interface FleetSeries {
  /** At most as many as a training takes, the same ones each time. Only points in the window. */
  read(tenantId: string, window: Window): Promise<readonly LearnedSeries[]>;
}

/** Data to learn from, and the manifests of what was learned from. */
export interface Snapshots {
  /** The objects with points in the window, in any order. Objects do not change while a training uses them. */
  objects(scope: ModelScope, window: Window): Promise<readonly SnapshotObject[]>;
  /** Stores a manifest under its hash. Repeating it has no effect. */
  put(manifest: SnapshotManifest, hash: string): Promise<void>;
  /**
   * The series of a manifest.
   * @throws InvalidInputError if there is none with the hash
   * @throws UnreadableItemError if an object is not the one that was recorded
   */
  series(scope: ModelScope, hash: string): Promise<readonly LearnedSeries[]>;
}

export interface TrainingTask {
  readonly series: readonly LearnedSeries[];
  /** No point outside is used. */
  readonly window: Window;
  readonly parameters: Parameters;
  readonly seed: number;
}

export interface TrainedFiles {
  /** Version of the format of the files. */
  readonly format: number;
  /** By their names. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly metrics: Metrics;
}

/** How a model did on held-out windows. */
export interface ModelResults {
  readonly results: readonly WindowResult[];
  /** Seconds of single warm forecasts. */
  readonly seconds: readonly number[];
}

/** Trains one kind of model, and scores it. Equal arguments give equal files and results. */
export interface Trainer {
  /** @throws InvalidInputError if the series do not suffice */
  train(task: TrainingTask): Promise<TrainedFiles>;
  /**
   * Forecasts windows in the stretch, which is held out from training. `files` undefined: of the version that ships.
   * @throws InvalidInputError if the files are no model of this kind
   */
  score(
    files: ReadonlyMap<string, Uint8Array> | undefined,
    series: readonly LearnedSeries[],
    stretch: Window,
  ): Promise<ModelResults>;
}

/** How published forecasts did. */
export interface ScoreFiles {
  /** Replaces what the batch scored before. */
  writeBatch(tenantId: string, runId: string, index: number, scores: BatchScores): Promise<void>;
  /** Visits what each batch of a run scored, in the order of the batches; only a few of them are in memory at once. */
  visitBatches(tenantId: string, runId: string, visit: (scores: BatchScores) => void): Promise<void>;
  /** The scores of a UTC day (`2026-11-30`) and the version to name when they are replaced; undefined if there are none. */
  readDay(
    tenantId: string,
    day: string,
  ): Promise<{ readonly scores: ScoredDay; readonly version: string } | undefined>;
  /** False, having written nothing, if another writer was first; `expected` is undefined for a day without scores. */
  replaceDay(tenantId: string, scores: ScoredDay, expected: string | undefined): Promise<boolean>;
}
