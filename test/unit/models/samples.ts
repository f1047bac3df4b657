/** Models as tests begin with them. */

import type { LearnedSeries } from '../../../core/models/learned-series.ts';
import { EMPTY_LINE_UP, type LineUp } from '../../../core/models/line-up.ts';
import type { ModelVersion } from '../../../core/models/model-version.ts';
import type { ModelScope } from '../../../core/models/ports.ts';
import type { NewModel } from '../../../core/models/registry/registration.ts';
import { DEFAULT_ROLLOUT_POLICY } from '../../../core/models/rollout/default-policy.ts';
import { NO_SCORE } from '../../../core/models/rollout/score.ts';
import { NO_EVIDENCE } from '../../../core/models/rollout/sequential-test.ts';
import type { Rollout } from '../../../core/models/rollout.ts';
import type { ScoredBlock } from '../../../core/models/scored-block.ts';
import type { TrainingBook, TrainingRun, TrainingTrigger } from '../../../core/models/training-run.ts';
import type { Actor } from '../../../core/platform/actor.ts';
import { sha256Of } from '../../fakes/models.ts';

/** 2026-11-21T10:05:00Z. */
export const NOW = 1_795_255_500;
export const SCOPE: ModelScope = { tenantId: 'acme', kind: 'fleet-trees' };
export const ADA: Actor = { kind: 'person', name: 'ada' };
export const hash = (text: string): string => sha256Of(Buffer.from(text));

const content = Buffer.from('trees');

export const newModel = (over: Partial<NewModel> = {}): NewModel => ({
  cause: 'training/r-1',
  lineage: {
    ...{ dataManifestHash: hash('data'), codeHash: hash('code'), trainingRunId: 'r-1' },
    ...{ trainedAgainst: '0.0.0', seed: 7, parameters: { leaves: 15, rate: 0.1 } },
  },
  metrics: { crps: 0.48 },
  tags: { team: 'sre' },
  description: 'Trees for short histories.',
  limits: ['Not for histories of more than two days.'],
  artefact: {
    ...{ artefactPrefix: 'models/fleet-trees/r-1/', format: 1 },
    files: [{ name: 'trees.bin', bytes: content.length, sha256: sha256Of(content) }],
  },
  ...over,
});

/** The content of the file of `newModel`. */
export const TREES: Uint8Array = content;

export const sampleVersion = (over: Partial<ModelVersion> = {}): ModelVersion => {
  const { artefact, ...model } = newModel();
  const { tenantId, kind, version } = { ...SCOPE, version: '0.1.0', ...over };
  const { dataManifestHash, codeHash } = model.lineage;
  return {
    ...{ ...model, tenantId, kind, version, registeredAt: NOW, artefactPrefix: artefact.artefactPrefix },
    manifest: {
      ...{ tenantId, kind, version, format: 1, dataManifestHash, codeHash },
      files: [...artefact.files],
    },
    signature: { keyId: 'key-1', value: 'A'.repeat(86) },
    ...over,
  };
};

export const sampleLineUp = (over: Partial<LineUp> = {}): LineUp => ({
  ...EMPTY_LINE_UP,
  highest: '0.1.0',
  members: [{ version: '0.1.0', cause: 'training/r-1', approval: null, retired: null }],
  ...over,
});

export const sampleRollout = (over: Partial<Rollout> = {}): Rollout => ({
  ...{ ...SCOPE, rolloutId: 'rollout-1', cause: 'training r-1', by: ADA, candidate: '0.1.0' },
  ...{ champion: '0.0.0', fence: 1, policy: DEFAULT_ROLLOUT_POLICY, status: 'running', startedAt: NOW },
  ...{ step: 0, stepStartedAt: NOW, score: NO_SCORE, test: NO_EVIDENCE, scoredUntil: NOW, passed: [] },
  ...{ ended: null, ...over },
});

export const trigger = (over: Partial<TrainingTrigger> = {}): TrainingTrigger => ({
  ...{ reason: 'drift', cause: 'drift-1', at: NOW, text: 'the load changed', ...over },
});

export const sampleRun = (over: Partial<TrainingRun> = {}): TrainingRun => ({
  ...{ ...SCOPE, runId: 'r-1', triggers: [trigger()], status: 'snapshot', startedAt: NOW, endedAt: null },
  ...{ codeHash: hash('code'), seed: 0, champion: '0.0.0', snapshot: null, origins: [], trials: [] },
  ...{ chosen: null, artefact: null, validation: null, version: null, approvalToken: null },
  ...{ rolloutId: null, explanation: 'asked for by drift', ...over },
});

export const sampleBook = (over: Partial<TrainingBook> = {}): TrainingBook => ({
  open: { runId: 'r-1', causes: ['drift-1'], startedAt: NOW },
  lastStartedAt: NOW,
  waiting: [],
  answered: [{ cause: 'drift-1', runId: 'r-1' }],
  ...over,
});

/** An hour of points every five minutes, one of them missing. */
export const sampleSeries = (over: Partial<LearnedSeries> = {}): LearnedSeries => ({
  ...{ seriesId: 'web-1/cpu_percent', segment: 'cpu_percent of web targets' },
  series: {
    ...{ start: NOW - 3600, stepSeconds: 300 },
    values: Float64Array.from({ length: 12 }, (_, i) => (i === 3 ? Number.NaN : 40 + i)),
  },
  threshold: { kind: 'fixed', direction: 'above', limit: 80 },
  ...over,
});

/** A block of equal differences: `worse` is how much more the candidate loses, 0.1 for 10 %. */
export const block = (at: number, forecasts: number, worse: number): ScoredBlock => {
  const difference = worse / (2 + worse);
  return {
    ...{ at, forecasts, differences: forecasts * difference, squares: forecasts * difference ** 2 },
    ...{ candidateLoss: forecasts * (1 + worse), championLoss: forecasts },
    ...{ candidateCovered: Math.round(forecasts * 0.8), championCovered: Math.round(forecasts * 0.8) },
  };
};
