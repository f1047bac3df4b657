/** Trainings in the API: why each began, what it learned from, and what became of it. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { ResponseInstant } from '../../platform/api/instants.ts';
import { PlainLine } from '../../shared/text.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { ModelKind } from '../model-artefact.ts';
import { Metrics, Parameters } from '../model-version.ts';
import { TRAINING_STATUSES, TRIGGER_REASONS, type TrainingRun } from '../training-run.ts';

export const TrainingPath = z.object({ kind: ModelKind, runId: z.string().regex(/^[0-9a-f]{30}$/) });

export const TrainingBody = named(
  'TrainingRequest',
  z.strictObject({
    kind: ModelKind.default('fleet-trees'),
    reason: PlainLine.min(1).max(500).describe('Kept with the training'),
  }),
);

export const RequestedTraining = named(
  'RequestedTraining',
  z.object({
    answer: z
      .enum(['started', 'waiting', 'known'])
      .describe('`waiting`: another training is under way, and this one begins with the next'),
    runId: z.string().optional(),
  }),
);

export const TrainingView = named(
  'Training',
  z.object({
    ...{ runId: z.string(), kind: z.string(), status: z.enum(TRAINING_STATUSES) },
    explanation: z.string().describe('Why it is where it is'),
    triggers: z.array(z.object({ reason: z.enum(TRIGGER_REASONS), at: ResponseInstant, text: z.string() })),
    ...{ startedAt: ResponseInstant, endedAt: ResponseInstant.optional() },
    champion: z.string().describe('The version that it was compared with'),
    data: z
      .object({ manifestHash: z.string(), from: ResponseInstant, to: ResponseInstant })
      .optional()
      .describe('What it learned from'),
    trials: z.number().int().describe('Combinations of hyperparameters that were tried'),
    parameters: Parameters.optional().describe('The chosen combination'),
    gate: z
      .object({
        accepted: z.boolean(),
        reasons: z.array(z.string()).describe('Each one blocks by itself'),
        metrics: Metrics,
      })
      .optional(),
    version: z.string().optional().describe('The version that was registered'),
  }),
);
export const TrainingList = named('TrainingList', z.object({ items: z.array(TrainingView) }));

const dataOf = ({ snapshot }: TrainingRun) =>
  snapshot === null
    ? {}
    : {
        data: {
          manifestHash: snapshot.manifestHash,
          ...{ from: isoOfSeconds(snapshot.from), to: isoOfSeconds(snapshot.to) },
        },
      };

const gateOf = ({ validation }: TrainingRun) => {
  if (validation === null) return {};
  const { isAccepted, reasons, metrics } = validation;
  return { gate: { accepted: isAccepted, reasons, metrics } };
};

const parametersOf = ({ trials, chosen }: TrainingRun) => {
  const trial = trials.find(({ trialId }) => trialId === chosen?.trialId);
  return trial === undefined ? {} : { parameters: trial.parameters };
};

/** A training without the token of the workflow that waits for an answer: whoever has it can answer. */
export const presentTraining = (run: TrainingRun): z.infer<typeof TrainingView> => {
  const { runId, kind, status, explanation, startedAt, endedAt, champion, version } = run;
  return {
    ...{ runId, kind, status, explanation, champion, trials: run.trials.length },
    triggers: run.triggers.map(({ reason, at, text }) => ({ reason, at: isoOfSeconds(at), text })),
    startedAt: isoOfSeconds(startedAt),
    ...(endedAt === null ? {} : { endedAt: isoOfSeconds(endedAt) }),
    ...{ ...dataOf(run), ...parametersOf(run), ...gateOf(run) },
    ...(version === null ? {} : { version }),
  };
};
