/** Finding versions by what the registry knows about them. */

import * as z from 'zod';
import { type LineUp, stageOf } from '../line-up.ts';
import { type ModelVersion, STAGES, type Stage } from '../model-version.ts';

const Bound = z.strictObject({
  metric: z.string().max(60),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
});

/** A version must match everything that is given. */
export const ModelSearch = z.strictObject({
  stage: z.enum(STAGES).exactOptional(),
  tags: z.record(z.string(), z.string()).exactOptional(),
  /** Inclusive; a version without the metric does not match. */
  metrics: z.array(Bound).max(20).exactOptional(),
  /** Hash of the data or code that it came from, or of one of its files. */
  hash: z.string().max(64).exactOptional(),
  trainingRunId: z.string().exactOptional(),
  /** Part of its description, version, tags or limits; letters in either case. */
  text: z.string().max(200).exactOptional(),
});
export type ModelSearch = z.infer<typeof ModelSearch>;

const hasHash = ({ lineage, manifest }: ModelVersion, hash: string): boolean =>
  [lineage.dataManifestHash, lineage.codeHash, ...manifest.files.map(({ sha256 }) => sha256)].includes(hash);

const hasText = ({ version, description, tags, limits }: ModelVersion, text: string): boolean => {
  const all = [version, description, ...Object.entries(tags).flat(), ...limits];
  return all.some((each) => each.toLowerCase().includes(text.toLowerCase()));
};

const isWithin = (value: number | undefined, { min, max }: z.infer<typeof Bound>): boolean =>
  value !== undefined &&
  value >= (min ?? Number.NEGATIVE_INFINITY) &&
  value <= (max ?? Number.POSITIVE_INFINITY);

export interface FoundModel {
  readonly model: ModelVersion;
  readonly stage: Stage;
}

/** The versions that match, in the given order, with their stages. */
export const searchModels = (
  lineUp: LineUp,
  models: readonly ModelVersion[],
  { stage, tags = {}, metrics = [], hash, trainingRunId, text }: ModelSearch,
): readonly FoundModel[] =>
  models
    .map((model) => ({ model, stage: stageOf(lineUp, model.version) }))
    .filter(
      (found) =>
        (stage === undefined || found.stage === stage) &&
        Object.entries(tags).every(([name, value]) => found.model.tags[name] === value) &&
        metrics.every((bound) => isWithin(found.model.metrics[bound.metric], bound)) &&
        (hash === undefined || hasHash(found.model, hash)) &&
        (trainingRunId === undefined || found.model.lineage.trainingRunId === trainingRunId) &&
        (text === undefined || hasText(found.model, text)),
    );
