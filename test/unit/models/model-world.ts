/** Models on one machine: stores in memory, registered versions with signed files, and callers that crash. */

import type { ModelStore } from '../../../core/models/ports.ts';
import { loadModel } from '../../../core/models/registry/load-model.ts';
import { registerModel } from '../../../core/models/registry/registration.ts';
import {
  memoryArtefacts,
  memoryModelStore,
  memoryServing,
  memorySigner,
  memoryWorkflow,
} from '../../fakes/models.ts';
import { memoryEvents } from '../../fakes/shared.ts';
import { NOW, newModel, SCOPE, TREES } from './samples.ts';

/** Where a caller dies: before it writes, or after, without an answer. */
export const FAULTS = ['none', 'before-commit', 'after-commit', 'at-publish'] as const;
export type Fault = (typeof FAULTS)[number];

export class Crash extends Error {}

/** A store whose caller dies at its first write. */
const dying = (store: ModelStore, fault: Fault): ModelStore => ({
  ...store,
  commit: async (write) => {
    if (fault === 'before-commit') throw new Crash();
    const isDone = await store.commit(write);
    if (fault === 'after-commit') throw new Crash();
    return isDone;
  },
});

export const modelWorld = () => {
  const memory = memoryModelStore();
  const signer = memorySigner();
  const artefacts = memoryArtefacts();
  const serving = memoryServing();
  const { events, published } = memoryEvents();
  const [trainings, rollouts] = [memoryWorkflow(), memoryWorkflow()];
  artefacts.files.set('acme/models/fleet-trees/r-1/trees.bin', TREES);
  const deps = (store: ModelStore = memory, fault: Fault = 'none') => ({
    store: fault === 'none' ? store : dying(store, fault),
    ...{ signer, files: artefacts, trusted: [signer.trusted], needsApproval: false },
    ...{ scores: serving.scores, health: serving.health, rollouts, workflow: trainings },
    events: {
      publish: async (given: Parameters<typeof events.publish>[0]) => {
        if (fault === 'at-publish') throw new Crash();
        await events.publish(given);
      },
    },
  });
  return {
    ...{ memory, signer, artefacts, serving, published, trainings, rollouts, deps },
    /** Registers a version for a cause. */
    register: async (cause: string, now = NOW) =>
      (await registerModel(deps(), SCOPE, newModel({ cause }), now)).version,
    load: (version: string) => loadModel(deps(), SCOPE, version),
    lineUp: async () => (await memory.lineUp(SCOPE)).item,
    rollout: async (rolloutId: string) => (await memory.rollout(SCOPE, rolloutId))?.item,
  };
};
export type ModelWorld = ReturnType<typeof modelWorld>;

/** True for a caller that died; any other error fails the test. */
export const survives = async (call: () => Promise<unknown>): Promise<void> => {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
};
