import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelStore, Snapshots, WaitingTrainings } from '../../../../core/models/ports.ts';
import { registerModel } from '../../../../core/models/registry/registration.ts';
import {
  answerApproval,
  awaitApproval,
  settleApproval,
} from '../../../../core/models/training/approve-version.ts';
import { handOver } from '../../../../core/models/training/hand-over.ts';
import { prepareTraining } from '../../../../core/models/training/prepare-training.ts';
import { registerTrained } from '../../../../core/models/training/register-trained.ts';
import { requestTraining } from '../../../../core/models/training/request-training.ts';
import {
  chooseTrial,
  failTraining,
  recordTrained,
  validateTrained,
} from '../../../../core/models/training/train-steps.ts';
import type { TrainingOutcome } from '../../../../core/models/training/training-outcome.ts';
import type { SnapshotObject, ValidationReport } from '../../../../core/models/training-run.ts';
import { memoryModelStore } from '../../../fakes/models.ts';
import { Crash, FAULTS, type Fault, type ModelWorld, modelWorld } from '../model-world.ts';
import { ADA, hash, NOW, newModel, SCOPE, trigger } from '../samples.ts';

const DAY = 86_400;
const REQUEST = { cooldownSeconds: 3600, maxRunSeconds: DAY, codeHash: hash('code') };
const PREPARE = {
  ...{ historySeconds: 14 * DAY, folds: 3, scoreSeconds: DAY, minTrainSeconds: 7 * DAY },
  holdOutSeconds: 2 * DAY,
  search: { leaves: [15, 31] },
};
const TEXTS = { description: 'Trees.', limits: ['Short histories only.'], tags: { team: 'sre' } };
const OBJECT: SnapshotObject = {
  key: 'snapshots/a',
  sha256: hash('a'),
  bytes: 5,
  from: NOW - 9 * DAY,
  to: NOW,
};
const ARTEFACT = { ...newModel().artefact, files: [...newModel().artefact.files], metrics: { crps: 0.4 } };
const ACCEPTED: ValidationReport = { isAccepted: true, reasons: [], metrics: { 'gate.ratio': 0.95 } };

const trainingWorld = (report = ACCEPTED, objects: readonly SnapshotObject[] = [OBJECT]) => {
  const world = modelWorld();
  const manifests = new Map<string, unknown>();
  const answers: [string, string][] = [];
  const snapshots: Snapshots = {
    objects: async () => objects,
    put: async (manifest, manifestHash) => void manifests.set(manifestHash, manifest),
    series: async () => [],
  };
  const waiting: WaitingTrainings = {
    answer: async (token, answer) => {
      answers.push([token, answer]);
      return 'sent';
    },
  };
  const gate = { judge: async () => report };
  const deps = (store: ModelStore = world.memory, fault: Fault = 'none') => ({
    ...world.deps(store, fault),
    ...{ snapshots, waiting, gate },
  });
  return { ...world, manifests, answers, deps };
};
type TrainingWorld = ReturnType<typeof trainingWorld>;

const begin = async (world: TrainingWorld, cause = 'drift-1', now = NOW) => {
  const { runId } = await requestTraining(world.deps(), SCOPE, trigger({ cause }), REQUEST, now);
  return { ...SCOPE, runId: runId ?? '' };
};
type Key = Awaited<ReturnType<typeof begin>>;

/** One step of the workflow after an outcome; the trainer's results differ from attempt to attempt. */
const step = async (
  world: TrainingWorld,
  key: Key,
  { next, trials, origins }: TrainingOutcome,
  {
    now,
    fault = 'none',
    attempt = 0,
    needsApproval = false,
  }: { now: number; fault?: Fault; attempt?: number; needsApproval?: boolean },
): Promise<TrainingOutcome> => {
  const deps = { ...world.deps(world.memory, fault), needsApproval };
  switch (next) {
    case 'snapshot':
      return prepareTraining(deps, key, PREPARE, now);
    case 'search': {
      const results = trials.flatMap(({ trialId }, index) =>
        origins.map((_, origin) => ({ trialId, origin, loss: 1 - index * 0.1 + attempt })),
      );
      return chooseTrial(deps, key, results, now);
    }
    case 'train':
      return recordTrained(deps, key, { ...ARTEFACT, metrics: { crps: 0.4 + attempt } });
    case 'validate':
      return validateTrained(deps, key, now);
    case 'register':
      return registerTrained(deps, key, TEXTS, now);
    default:
      return handOver(deps, key, now);
  }
};

const START: TrainingOutcome = {
  ...{ next: 'snapshot', status: 'snapshot', runId: '', seed: 0, manifestHash: '', trials: [], origins: [] },
  ...{ experiments: [], answerSeconds: 0 },
  ...{ parameters: {}, version: '', rolloutId: '', explanation: '' },
};

const runAll = async (world: TrainingWorld, key: Key, needsApproval = false, until = 'end') => {
  let outcome = START;
  for (let count = 0; count < 10 && outcome.next !== 'end' && outcome.next !== until; count++)
    outcome = await step(world, key, outcome, { now: NOW + 60 * count, needsApproval });
  return outcome;
};

const stored = async (world: ModelWorld, key: Key) => (await world.memory.run(key, key.runId))?.item;

describe('a training', () => {
  it('leads from its snapshot over search, gate and registration to the rollout', async () => {
    const world = trainingWorld();
    const key = await begin(world);
    const outcome = await runAll(world, key);
    expect(outcome).toMatchObject({
      next: 'end',
      status: 'rolling-out',
      version: '0.1.0',
      parameters: { leaves: 31 },
    });
    const run = await stored(world, key);
    expect(run?.snapshot).toMatchObject({ objects: 1, to: Math.floor(NOW / 3600) * 3600 });
    expect(world.manifests.get(run?.snapshot?.manifestHash ?? '')).toMatchObject({ objects: [OBJECT] });
    expect(run?.origins.at(-1)?.scoreUntil).toBe((run?.snapshot?.to ?? 0) - 2 * DAY);
    expect((await world.memory.version(SCOPE, '0.1.0'))?.item).toMatchObject({
      cause: `training/${key.runId}`,
      metrics: { crps: 0.4, 'gate.ratio': 0.95 },
      lineage: {
        ...{
          dataManifestHash: run?.snapshot?.manifestHash,
          codeHash: hash('code'),
          trainingRunId: key.runId,
        },
        ...{ trainedAgainst: '0.0.0', seed: run?.seed, parameters: { leaves: 31 } },
      },
    });
    expect([...world.rollouts.started.values()]).toMatchObject([
      { version: '0.1.0', rolloutId: outcome.rolloutId },
    ]);
    expect((await world.memory.book(SCOPE)).item.open).toBeNull();
    expect(new Set(world.published.map(({ name }) => name))).toEqual(
      new Set(['ModelRegistered', 'TrainingCompleted']),
    );
  });

  it('of the same data and code makes no second model', async () => {
    const world = trainingWorld();
    await runAll(world, await begin(world));
    const again = await begin(world, 'drift-2', NOW + 3600 * 24);
    const first = await stored(world, again);
    expect(first?.status).toBe('snapshot');
    // The same window: the clock of the second training is set back to that of the first.
    const { item, revision } = (await world.memory.run(again, again.runId))!;
    await world.memory.commit({ scope: SCOPE, run: { item: { ...item, startedAt: NOW }, revision } });
    const outcome = await prepareTraining(world.deps(), again, PREPARE, NOW);
    expect(outcome).toMatchObject({
      next: 'end',
      status: 'unchanged',
      explanation: 'version 0.1.0 learned from the same data',
    });
  });

  it('ends without data, without a trial that succeeds, and where the gate refuses', async () => {
    const empty = trainingWorld(ACCEPTED, []);
    expect(await runAll(empty, await begin(empty))).toMatchObject({
      ...{ status: 'unchanged', explanation: 'there are no data in its window' },
    });
    const world = trainingWorld();
    const key = await begin(world);
    await step(world, key, START, { now: NOW });
    expect(await chooseTrial(world.deps(), key, [], NOW)).toMatchObject({ status: 'failed' });
    const refused = trainingWorld({ isAccepted: false, reasons: ['loss', 'coverage'], metrics: {} });
    const refusedKey = await begin(refused);
    expect(await runAll(refused, refusedKey)).toMatchObject({
      ...{ status: 'rejected', explanation: 'the gate refuses it: loss; coverage' },
    });
    expect((await stored(refused, refusedKey))?.validation?.reasons).toEqual(['loss', 'coverage']);
    expect(refused.memory.versions()).toEqual([]);
    expect(refused.published).toMatchObject([{ name: 'TrainingCompleted', detail: { status: 'rejected' } }]);
  });

  it('may be redriven from any step, repeated and killed anywhere: one model, one registration, one rollout', async () => {
    const deaths = fc.array(fc.constantFrom(...FAULTS), { minLength: 12, maxLength: 12 });
    const property = fc.asyncProperty(
      deaths,
      fc.infiniteStream(fc.integer({ min: 0, max: 5 })),
      async (faults, back) => {
        const world = trainingWorld();
        const key = await begin(world);
        const known: TrainingOutcome[] = [START];
        for (const [attempt, fault] of faults.entries()) {
          // A redrive repeats a step that may have been done long ago.
          const from = known[Math.max(0, known.length - 1 - back.next().value)]!;
          for (const outcome of [from, known.at(-1)!]) {
            const result = await step(world, key, outcome, { now: NOW + attempt, fault, attempt }).catch(
              (error) => {
                if (!(error instanceof Crash)) throw error;
                return undefined;
              },
            );
            if (result !== undefined) known.push(result);
          }
        }
        let last = known.at(-1)!;
        for (let count = 0; count < 8; count++)
          last = await step(world, key, last, { now: NOW + 99, attempt: 99 });
        expect(last).toMatchObject({ next: 'end', status: 'rolling-out', version: '0.1.0' });
        expect(world.memory.versions()).toHaveLength(1);
        expect((await world.lineUp()).members).toHaveLength(1);
        expect(world.rollouts.started.size).toBe(1);
        expect(new Set(world.published.map(({ detail }) => detail.id)).size).toBe(2);
        // What was recorded first stands.
        const trained = known.filter(({ status }) => status === 'validating');
        expect(new Set(trained.map(({ parameters }) => JSON.stringify(parameters))).size).toBeLessThanOrEqual(
          1,
        );
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('registers once where several callers register at once', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const world = trainingWorld();
      const key = await begin(world);
      const due = await runAll(world, key, false, 'register');
      const store: ModelStore = {
        ...world.memory,
        lineUp: scheduler.scheduleFunction(world.memory.lineUp),
        run: scheduler.scheduleFunction(world.memory.run),
        commit: scheduler.scheduleFunction(world.memory.commit),
      };
      expect(due.next).toBe('register');
      const calls = [1, 2, 3].map((at) => registerTrained(world.deps(store), key, TEXTS, NOW + at));
      const outcomes = await scheduler.waitFor(Promise.all(calls));
      expect(outcomes.map(({ version, status }) => [version, status])).toEqual(
        Array(3).fill(['0.1.0', 'approved']),
      );
      expect(world.memory.versions()).toHaveLength(1);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('that failed registers nothing, whatever still runs', async () => {
    const world = trainingWorld();
    const key = await begin(world);
    await runAll(world, key, false, 'register');
    expect(await failTraining(world.deps(), key, 'out of memory', NOW)).toMatchObject({ status: 'failed' });
    expect(await registerTrained(world.deps(), key, TEXTS, NOW)).toMatchObject({
      next: 'end',
      status: 'failed',
    });
    expect(world.memory.versions()).toEqual([]);
    expect(await failTraining(world.deps(), key, 'again', NOW + 5)).toMatchObject({
      explanation: 'out of memory',
    });
  });

  it('that ends while its model is being registered registers nothing', async () => {
    const world = trainingWorld();
    const key = await begin(world);
    await runAll(world, key, false, 'register');
    const signer = {
      sign: async (tenantId: string, message: Uint8Array) => {
        await failTraining(world.deps(), key, 'cancelled', NOW);
        return world.signer.sign(tenantId, message);
      },
    };
    await expect(registerTrained({ ...world.deps(), signer }, key, TEXTS, NOW)).rejects.toThrow('is failed');
    expect(world.memory.versions()).toEqual([]);
  });

  it('that does not exist, or has nothing to register, is an error', async () => {
    const world = trainingWorld();
    const key = await begin(world);
    await expect(prepareTraining(world.deps(), { ...key, runId: 'x' }, PREPARE, NOW)).rejects.toThrow(
      'training x does not exist',
    );
    const { item, revision } = (await world.memory.run(key, key.runId))!;
    await world.memory.commit({ scope: SCOPE, run: { item: { ...item, status: 'registering' }, revision } });
    await expect(registerTrained(world.deps(), key, TEXTS, NOW)).rejects.toThrow(
      'no trained model to register',
    );
    await world.memory.commit({
      scope: SCOPE,
      run: { item: { ...item, status: 'approved' }, revision: revision + 1 },
    });
    await expect(handOver(world.deps(), key, NOW)).rejects.toThrow('has registered no version');
  });
});

describe('an approval', () => {
  const waitingWorld = async () => {
    const world = trainingWorld();
    const key = await begin(world);
    expect(await runAll(world, key, true, 'ask')).toMatchObject({ next: 'ask', status: 'awaiting-approval' });
    await awaitApproval(world.deps(), key, 'token-1');
    return { world, key };
  };
  const given = (answer: 'approved' | 'declined', over = {}) => ({
    ...{ ...SCOPE, version: '0.1.0', answer, by: ADA, reason: 'seen the card' },
    ...over,
  });

  it('by a person lets the version serve and the workflow go on', async () => {
    const { world, key } = await waitingWorld();
    await answerApproval(world.deps(), given('approved'), NOW);
    expect(world.answers).toEqual([['token-1', 'approved']]);
    expect((await world.lineUp()).members).toMatchObject([
      { approval: { by: ADA, reason: 'seen the card' } },
    ]);
    expect(await handOver(world.deps(), key, NOW)).toMatchObject({ status: 'rolling-out' });
    // Repeating it sends the answer again, which changes nothing.
    await answerApproval(world.deps(), given('approved'), NOW + 60);
    expect((await world.lineUp()).members).toMatchObject([{ approval: { at: NOW } }]);
    await expect(answerApproval(world.deps(), given('declined'), NOW)).rejects.toThrow('waits for no answer');
  });

  it('declined ends the training', async () => {
    const { world, key } = await waitingWorld();
    await answerApproval(world.deps(), given('declined'), NOW);
    await answerApproval(world.deps(), given('declined'), NOW);
    expect(await stored(world, key)).toMatchObject({
      ...{ status: 'declined', explanation: 'ada declined it: seen the card' },
    });
    expect(world.answers[0]).toEqual(['token-1', 'declined']);
    expect((await world.memory.book(SCOPE)).item.open).toBeNull();
    await expect(answerApproval(world.deps(), given('approved'), NOW)).rejects.toThrow(
      'its training is declined',
    );
  });

  it.each([
    ['approved', 'roll-out'],
    ['declined', 'end'],
  ] as const)(
    '%s before the workflow waits for it goes to the workflow as soon as it does',
    async (answer, next) => {
      const world = trainingWorld();
      const key = await begin(world);
      await runAll(world, key, true, 'ask');
      await answerApproval(world.deps(), given(answer), NOW);
      expect(world.answers).toEqual([]);
      expect(await awaitApproval(world.deps(), key, 'token-1')).toMatchObject({ next });
      expect(world.answers).toEqual([['token-1', answer]]);
    },
  );

  it('that nobody gives in time counts as declined', async () => {
    const { world, key } = await waitingWorld();
    expect(await settleApproval(world.deps(), key, NOW)).toMatchObject({
      ...{ status: 'declined', explanation: 'nobody answered in time' },
    });
    expect((await stored(world, key))?.approvalToken).toBeNull();
  });

  it('is given by people only, for versions that exist', async () => {
    const { world } = await waitingWorld();
    const by = { kind: 'key' as const, name: 'robot' };
    await expect(answerApproval(world.deps(), given('approved', { by }), NOW)).rejects.toThrow('Only people');
    await expect(answerApproval(world.deps(), given('approved', { version: '9.0.0' }), NOW)).rejects.toThrow(
      'has no version 9.0.0',
    );
  });

  it('of a model from outside needs no training', async () => {
    const world = trainingWorld();
    const lineage = { ...newModel().lineage, trainingRunId: null };
    await registerModel(world.deps(), SCOPE, newModel({ lineage }), NOW);
    await answerApproval(world.deps(), given('approved'), NOW);
    expect((await world.lineUp()).members).toMatchObject([{ approval: { by: ADA } }]);
    expect(world.answers).toEqual([]);
  });

  it('does not exist in a store that is empty', async () => {
    const world = trainingWorld();
    const deps = world.deps(memoryModelStore());
    await expect(answerApproval(deps, given('approved'), NOW)).rejects.toThrow('has no version');
  });
});
