/** A trained model as the registry keeps it. Everything but its tags is fixed; its stage is that of the line-up. */
import * as z from 'zod';
import { TenantId } from '../shared/identifiers.ts';
import { PlainLine } from '../shared/text.ts';
import { ArtefactManifest, ArtefactSignature, Hash, ModelKind } from './model-artefact.ts';
import { SemanticVersion } from './semantic-version.ts';

/**
 * `candidate`: registered, never used; `shadow`: computed beside the champion, its forecasts discarded; `canary`: serves a
 * share; `champion`: serves; `retired`: served once, or is rolled back.
 */
export const STAGES = ['candidate', 'shadow', 'canary', 'champion', 'retired'] as const;
export type Stage = (typeof STAGES)[number];

export const Seconds = z.number().int().nonnegative();

/** Hyperparameters of a training. */
export const Parameters = z.record(z.string().max(60), z.union([z.number(), z.string().max(100)]));
export type Parameters = z.infer<typeof Parameters>;

export const Lineage = z.strictObject({
  /** Of the manifest of the data that it learned from. */
  dataManifestHash: Hash,
  /** Of the code and the pinned packages that trained it. */
  codeHash: Hash,
  /** Null for a model that was brought in from outside. */
  trainingRunId: z.string().nullable(),
  /** The champion when it was trained. */
  trainedAgainst: SemanticVersion,
  seed: z.number().int().nonnegative(),
  parameters: Parameters,
});
export type Lineage = z.infer<typeof Lineage>;

export const Tags = z
  .record(z.string().regex(/^[a-z][\w.-]{0,59}$/), PlainLine.max(200))
  .refine((tags) => Object.keys(tags).length <= 50, 'expected at most 50 tags');
export type Tags = z.infer<typeof Tags>;

export const Metrics = z
  .record(z.string().regex(/^[a-z][\w.-]{0,59}$/), z.number())
  .refine((metrics) => Object.keys(metrics).length <= 100, 'expected at most 100 metrics');
export type Metrics = z.infer<typeof Metrics>;

export const ModelVersion = z.strictObject({
  tenantId: TenantId,
  kind: ModelKind,
  version: SemanticVersion,
  /** What it was registered for: repeating the same cause registers nothing. */
  cause: z.string().min(1).max(200),
  registeredAt: Seconds,
  lineage: Lineage,
  metrics: Metrics,
  tags: Tags,
  /** For people: what it was trained for, and where not to trust it. */
  description: z.string().max(2000),
  limits: z.array(z.string().max(500)).max(20),
  manifest: ArtefactManifest,
  signature: ArtefactSignature,
  /** Folder of the files of the manifest. */
  artefactPrefix: z.string().max(500),
});
export type ModelVersion = z.infer<typeof ModelVersion>;
