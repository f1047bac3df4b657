/** Events of models. */
import * as z from 'zod';
import { type EventOf, eventFields } from '../shared/domain-event.ts';
import { TRAINING_STATUSES } from './training-run.ts';

export const MODELS_SOURCE = 'forestall.models';

const modelFields = { ...eventFields, kind: z.string(), version: z.string() };

/** A training ended, with a model or without. */
export const TrainingCompleted = z.object({
  ...eventFields,
  kind: z.string(),
  runId: z.string(),
  status: z.enum(TRAINING_STATUSES),
  explanation: z.string(),
});

export const ModelRegistered = z.object({
  ...modelFields,
  runId: z.string().nullable(),
  manifestHash: z.string(),
});

/** A version became champion. */
export const ModelPromoted = z.object({
  ...modelFields,
  /** The champion before. */
  replaced: z.string(),
  rolloutId: z.string(),
  /** From the beginning of the rollout to its end. */
  seconds: z.number().int(),
});

/** A candidate or a champion was taken out of service; it never serves again. */
export const ModelRolledBack = z.object({
  ...modelFields,
  /** The version that serves instead. */
  serves: z.string(),
  /** Null for a champion. */
  rolloutId: z.string().nullable(),
  rule: z.string(),
  reason: z.string(),
  /** From the beginning of the rollout, or from the promotion, to the rollback. */
  seconds: z.number().int(),
});

export const MODEL_EVENTS = { TrainingCompleted, ModelRegistered, ModelPromoted, ModelRolledBack } as const;
export type ModelEvent = EventOf<typeof MODEL_EVENTS, typeof MODELS_SOURCE>;
