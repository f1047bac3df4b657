/** Stored forms of models, their line-up, rollouts and trainings. */
import { LineUp } from '../../core/models/line-up.ts';
import { ModelVersion } from '../../core/models/model-version.ts';
import { Rollout } from '../../core/models/rollout.ts';
import { RoutingTable } from '../../core/models/routing-table.ts';
import { TrainingBook, TrainingRun } from '../../core/models/training-run.ts';
import { type VersionedFormat, versioned } from '../aws/dynamodb/versioned-item.ts';

export const LINE_UP: VersionedFormat<LineUp> = {
  ...{ kind: 'line-up of models', version: 1 },
  ...versioned(LineUp),
};

export const MODEL: VersionedFormat<ModelVersion> = {
  ...{ kind: 'version of a model', version: 1 },
  ...versioned(ModelVersion),
};

export const ROLLOUT: VersionedFormat<Rollout> = {
  ...{ kind: 'rollout of a model', version: 1 },
  ...versioned(Rollout),
};

export const TRAINING: VersionedFormat<TrainingRun> = {
  ...{ kind: 'training of a model', version: 1 },
  ...versioned(TrainingRun),
};

export const BOOK: VersionedFormat<TrainingBook> = {
  ...{ kind: 'list of trainings', version: 1 },
  ...versioned(TrainingBook),
};

export const ROUTES: VersionedFormat<RoutingTable> = {
  ...{ kind: 'routing table of models', version: 1 },
  ...versioned(RoutingTable),
};
