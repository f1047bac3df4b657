/** Versions of models in the API: what each came from, how it did, and who let it serve. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { pageOf, paging } from '../../platform/api/paging.ts';
import { PlainLine } from '../../shared/text.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { ModelKind } from '../model-artefact.ts';
import { Metrics, type ModelVersion, Parameters, STAGES, type Stage, Tags } from '../model-version.ts';
import { SemanticVersion } from '../semantic-version.ts';

export const ModelPath = z.object({ kind: ModelKind, version: SemanticVersion });

export const ModelsQuery = z.strictObject({
  ...paging,
  kind: ModelKind.default('fleet-trees'),
  stage: z.enum(STAGES).optional(),
  tag: z
    .string()
    .regex(/^[a-z][\w.-]{0,59}=.{0,200}$/, 'expected a tag and its value, such as team=sre')
    .optional(),
  text: z.string().max(200).optional().describe('Part of its description, version, tags or limits'),
});

const summary = {
  kind: z.string(),
  version: z.string(),
  stage: z.enum(STAGES).describe('`candidate`: registered, never used; `champion`: serves'),
  registeredAt: ResponseInstant,
  description: z.string(),
  tags: Tags,
  metrics: Metrics.describe('Of its training, and of the gate that accepted it'),
  trainingRunId: z.string().optional(),
};
export const ModelSummary = named('ModelSummary', z.object(summary));
export const ModelPage = pageOf('ModelPage', ModelSummary);

const By = { by: z.string(), at: ResponseInstant, reason: z.string() };

/** The shape of `ModelCard`. */
export const ModelCardView = named(
  'ModelCard',
  z.object({
    ...{ kind: z.string(), version: z.string(), stage: z.enum(STAGES), registeredAt: ResponseInstant },
    description: z.string(),
    limits: z.array(z.string()).describe('Where not to trust it'),
    ...{ tags: Tags, metrics: Metrics },
    lineage: z.object({
      dataManifestHash: z.string().describe('SHA-256 of the list of the data that it learned from'),
      codeHash: z.string(),
      manifestHash: z.string().describe('SHA-256 of what is signed: its files, and whose model it is'),
      signedWith: z.string().describe('Key that signed it'),
      trainingRunId: z.string().nullable(),
      trainedAgainst: z.string().describe('The champion when it was trained'),
      seed: z.number().int(),
      parameters: Parameters.describe('Hyperparameters'),
    }),
    files: z.array(z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() })),
    approval: z.object(By).nullable(),
    history: z.array(
      z.object({ at: ResponseInstant, from: z.enum(STAGES), to: z.enum(STAGES), reason: z.string() }),
    ),
    rollout: z
      .object({
        ...{ rolloutId: z.string(), status: z.string() },
        ...{ seconds: z.number().nullable(), reason: z.string().nullable() },
      })
      .nullable(),
  }),
);

export const ModelAnswerBody = named(
  'ModelAnswer',
  z.strictObject({ reason: PlainLine.min(1).max(500).describe('Kept on the card of the model') }),
);

/** A version in a list. */
export const presentModel = ({
  model,
  stage,
}: {
  readonly model: ModelVersion;
  readonly stage: Stage;
}): z.infer<typeof ModelSummary> => {
  const { kind, version, registeredAt, description, tags, metrics, lineage } = model;
  const { trainingRunId } = lineage;
  return {
    ...{ kind, version, stage, registeredAt: isoOfSeconds(registeredAt), description, tags, metrics },
    ...(trainingRunId === null ? {} : { trainingRunId }),
  };
};
