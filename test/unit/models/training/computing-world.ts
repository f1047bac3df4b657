/** Trainings on one machine: the handlers of the workflow over stores in memory and a trainer of JSON. */

import { candidateGate } from '../../../../core/models/training/candidate-gate.ts';
import { requestTraining } from '../../../../core/models/training/request-training.ts';
import { GATE_SETTINGS } from '../../../../core/models/validation/gate-settings.ts';
import { makeHandler as prepare } from '../../../../functions/models/prepare-training/handler.ts';
import { makeHandler as register } from '../../../../functions/models/register-model/handler.ts';
import { makeHandler as train } from '../../../../functions/models/train-model/handler.ts';
import { memoryFleet, memoryKeys, memorySnapshots } from '../../../fakes/models.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { type FakeModel, fakeTrainer } from '../../../fakes/trainer.ts';
import { modelWorld } from '../model-world.ts';
import { hash, NOW, SCOPE, sampleSeries, trigger } from '../samples.ts';

export const DAY = 86_400;
export const REQUEST = { cooldownSeconds: 3600, maxRunSeconds: DAY, codeHash: hash('code') };
export const PREPARE = {
  ...{ historySeconds: 14 * DAY, holdOutSeconds: 2 * DAY },
  ...{ folds: 2, scoreSeconds: DAY, minTrainSeconds: 7 * DAY, search: { leaves: [15, 31] } },
};
export const TEXTS = { description: 'Trees.', limits: ['Short histories only.'], tags: {} };
export const FLEET = Array.from({ length: 12 }, (_, i) => sampleSeries({ seriesId: `web-${i}/cpu_percent` }));

/** Stands between a step and something that it changes. */
export type Disturb = <Result>(name: string, call: () => Promise<Result>) => Promise<Result>;

export interface ComputingOptions {
  readonly lossOf?: (model: FakeModel | undefined) => number;
  readonly needsApproval?: boolean;
  readonly disturb?: Disturb;
  readonly fleet?: typeof FLEET;
}

const undisturbed: Disturb = (_, call) => call();

export const computing = ({
  lossOf,
  needsApproval = false,
  disturb = undisturbed,
  fleet = FLEET,
}: ComputingOptions = {}) => {
  const world = modelWorld();
  const { trainer, trained, scored } = fakeTrainer(lossOf);
  const objects = new Map<string, Uint8Array>();
  const stored = memorySnapshots(memoryFleet(fleet), objects);
  const keys = memoryKeys();
  const answers: (readonly [token: string, answer: string])[] = [];
  const own = world.deps();
  const base = {
    ...{ ...own, trainer, keys, needsApproval },
    store: { ...own.store, commit: disturbed(disturb, 'commit', own.store.commit) },
    events: { publish: disturbed(disturb, 'publish', own.events.publish) },
    files: { ...own.files, write: disturbed(disturb, 'write', own.files.write) },
    snapshots: { ...stored, put: disturbed(disturb, 'put', stored.put) },
    waiting: {
      answer: disturbed(disturb, 'answer', async (token: string, answer: 'approved' | 'declined') => {
        answers.push([token, answer]);
        return 'sent' as const;
      }),
    },
  };
  const deps = { ...base, gate: candidateGate({ ...base, settings: GATE_SETTINGS }) };
  const { telemetry } = recordedTelemetry();
  const common = { ...deps, telemetry, now: () => NOW * 1000 };
  return {
    ...{ ...world, deps, trained, scored, objects, keys, answers },
    tasks: {
      PrepareTrainingFunctionArn: prepare({ ...common, policy: PREPARE }),
      TrainModelFunctionArn: train(common),
      RegisterModelFunctionArn: register({ ...common, texts: TEXTS }),
    },
    /** Asks for a training, undisturbed. */
    request: async (cause = 'drift-1', now = NOW) => {
      const { runId } = await requestTraining(own, SCOPE, trigger({ cause }), REQUEST, now);
      return { ...SCOPE, runId: runId ?? '' };
    },
    run: async ({ runId }: { readonly runId: string }) => (await world.memory.run(SCOPE, runId))!.item,
  };
};
export type Computing = ReturnType<typeof computing>;

const disturbed =
  <Args extends unknown[], Result>(
    disturb: Disturb,
    name: string,
    call: (...args: Args) => Promise<Result>,
  ): ((...args: Args) => Promise<Result>) =>
  (...args) =>
    disturb(name, () => call(...args));
