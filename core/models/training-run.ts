/** One training of a kind of model: why it began, what it learned from, and what became of it. */
import * as z from 'zod';
import { TenantId } from '../shared/identifiers.ts';
import { ArtefactFile, Hash, ModelKind } from './model-artefact.ts';
import { Metrics, Parameters, Seconds } from './model-version.ts';
import { SemanticVersion } from './semantic-version.ts';

export const TRIGGER_REASONS = [
  'schedule',
  'drift',
  'fleet-change',
  'unknown-rate',
  'manual',
  'new-data',
] as const;

/** Something that asks for a training. */
export const TrainingTrigger = z.strictObject({
  reason: z.enum(TRIGGER_REASONS),
  /** Names the event, the day of the schedule, or the request: a repeat asks for nothing new. */
  cause: z.string().min(1).max(200),
  at: Seconds,
  /** For people. */
  text: z.string().max(500),
});
export type TrainingTrigger = z.infer<typeof TrainingTrigger>;

/** A span of time in epoch seconds, `to` exclusive. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** An object of the snapshot with the time window of its points. */
export const SnapshotObject = z.strictObject({
  key: z.string().min(1).max(1024),
  sha256: Hash,
  bytes: z.number().int().nonnegative(),
  /** Epoch seconds, `to` exclusive. */
  from: Seconds,
  to: Seconds,
});
export type SnapshotObject = z.infer<typeof SnapshotObject>;

/** All that a training learns from; equal content has an equal hash. */
export const SnapshotManifest = z.strictObject({
  tenantId: TenantId,
  kind: ModelKind,
  /** Epoch seconds, `to` exclusive: no point outside is used. */
  from: Seconds,
  to: Seconds,
  /** In the order of their keys. */
  objects: z.array(SnapshotObject),
});
export type SnapshotManifest = z.infer<typeof SnapshotManifest>;

/** One fold of a cross-validation: learns from points before `trainUntil`, is scored on those of the window after it. */
export const RollingOrigin = z.strictObject({
  trainFrom: Seconds,
  trainUntil: Seconds,
  scoreFrom: Seconds,
  scoreUntil: Seconds,
});
export type RollingOrigin = z.infer<typeof RollingOrigin>;

/** One combination of hyperparameters, an item of the workflow's Map. */
export const Trial = z.strictObject({
  trialId: z.string(),
  parameters: Parameters,
  seed: z.number().int().nonnegative(),
});
export type Trial = z.infer<typeof Trial>;

export const TrainedArtefact = z.strictObject({
  artefactPrefix: z.string().max(500),
  format: z.number().int().positive(),
  files: z.array(ArtefactFile).min(1),
  metrics: Metrics,
});
export type TrainedArtefact = z.infer<typeof TrainedArtefact>;

export const ValidationReport = z.strictObject({
  isAccepted: z.boolean(),
  /** Each one blocks by itself; empty if it is accepted. */
  reasons: z.array(z.string()),
  metrics: Metrics,
});
export type ValidationReport = z.infer<typeof ValidationReport>;

/** Those of `TRAINING_ENDED` are final. `registered`: approved, and a candidate until somebody rolls it out. */
export const TRAINING_STATUSES = [
  'snapshot',
  'searching',
  'training',
  'validating',
  'registering',
  'awaiting-approval',
  'approved',
  'registered',
  'rolling-out',
  'unchanged',
  'rejected',
  'declined',
  'failed',
] as const;
export type TrainingStatus = (typeof TRAINING_STATUSES)[number];

export const TRAINING_ENDED: ReadonlySet<TrainingStatus> = new Set([
  'registered',
  'rolling-out',
  'unchanged',
  'rejected',
  'declined',
  'failed',
]);

export const TrainingRun = z.strictObject({
  tenantId: TenantId,
  kind: ModelKind,
  runId: z.string(),
  triggers: z.array(TrainingTrigger).min(1),
  status: z.enum(TRAINING_STATUSES),
  startedAt: Seconds,
  endedAt: Seconds.nullable(),
  /** Of the code and the pinned packages. */
  codeHash: Hash,
  seed: z.number().int().nonnegative(),
  /** The champion when the training began. */
  champion: SemanticVersion,
  snapshot: z
    .strictObject({ manifestHash: Hash, objects: z.number().int(), from: Seconds, to: Seconds })
    .nullable(),
  origins: z.array(RollingOrigin),
  trials: z.array(Trial),
  /** The trial with the smallest loss. */
  chosen: z.strictObject({ trialId: z.string(), loss: z.number() }).nullable(),
  artefact: TrainedArtefact.nullable(),
  validation: ValidationReport.nullable(),
  version: SemanticVersion.nullable(),
  /** Of the state of the workflow that waits for a person. Secret: never shown. */
  approvalToken: z.string().nullable(),
  rolloutId: z.string().nullable(),
  /** One sentence: why it is where it is. */
  explanation: z.string(),
});
export type TrainingRun = z.infer<typeof TrainingRun>;

/** Trainings of one kind of a tenant: what was asked for, and what is under way. */
export const TrainingBook = z.strictObject({
  /** At most one training at a time. */
  open: z.strictObject({ runId: z.string(), causes: z.array(z.string()), startedAt: Seconds }).nullable(),
  /** When the newest training began; null if there was none. */
  lastStartedAt: Seconds.nullable(),
  /** What asked while a training was under way or the last one was too recent. */
  waiting: z.array(TrainingTrigger),
  /** Causes that led to a training, the newest last. */
  answered: z.array(z.strictObject({ cause: z.string(), runId: z.string() })),
});
export type TrainingBook = z.infer<typeof TrainingBook>;

export const EMPTY_BOOK: TrainingBook = { open: null, lastStartedAt: null, waiting: [], answered: [] };
