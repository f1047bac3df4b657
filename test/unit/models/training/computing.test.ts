/** The steps that read a snapshot and train: search, training and gate. */
import { describe, expect, it } from 'vitest';
import {
  answerApproval,
  awaitApproval,
  settleApproval,
} from '../../../../core/models/training/approve-version.ts';
import { keepCandidate } from '../../../../core/models/training/keep-candidate.ts';
import { prepareTraining } from '../../../../core/models/training/prepare-training.ts';
import { registerTrained } from '../../../../core/models/training/register-trained.ts';
import { type ExperimentResult, trialResults } from '../../../../core/models/training/search-space.ts';
import { runExperiment, trainModel } from '../../../../core/models/training/train-model.ts';
import { chooseTrial, recordTrained, validateTrained } from '../../../../core/models/training/train-steps.ts';
import { ADA, hash, NOW, newModel, SCOPE } from '../samples.ts';
import { type Computing, computing, DAY, PREPARE, TEXTS } from './computing-world.ts';

const begun = async (world: Computing, cause = 'drift-1', now = NOW) => {
  const key = await world.request(cause, now);
  return { key, outcome: await prepareTraining(world.deps, key, PREPARE, now) };
};

const searched = async (world: Computing, cause?: string, now = NOW) => {
  const { key, outcome } = await begun(world, cause, now);
  const results: ExperimentResult[] = [];
  for (const each of outcome.experiments) results.push(await runExperiment(world.deps, key, each));
  return { key, results, outcome: await chooseTrial(world.deps, key, results, now) };
};

const registered = async (world: Computing, needsApproval = false) => {
  const { key } = await searched(world);
  await trainModel(world.deps, key);
  await validateTrained(world.deps, key, NOW);
  const outcome = await registerTrained({ ...world.deps, needsApproval }, key, TEXTS, NOW);
  return { key, outcome };
};

const runOf = (world: Computing, key: { readonly runId: string }) => world.run(key);

describe('a search', () => {
  it('tries each combination at each origin, on points before it alone, and chooses the one that loses least', async () => {
    const world = computing();
    const { outcome, results } = await searched(world);
    expect(results).toHaveLength(4);
    expect(outcome).toMatchObject({ next: 'train', parameters: { leaves: 31 } });
    const run = await runOf(world, outcome);
    for (const [i, { window }] of world.trained.entries()) {
      const origin = run.origins[results[i]!.origin]!;
      expect(window).toEqual({ from: origin.trainFrom, to: origin.trainUntil });
      expect(world.scored[i]?.stretch).toEqual({ from: origin.trainUntil, to: origin.scoreUntil });
      expect(origin.scoreUntil).toBeLessThanOrEqual(run.snapshot!.to - PREPARE.holdOutSeconds);
    }
    expect(new Set(world.trained.map(({ seed }) => seed))).toEqual(new Set([run.seed]));
  });

  it('counts a forecast without a loss as a failure of its trial', async () => {
    const world = computing({ lossOf: (model) => (model?.leaves === 31 ? Number.NaN : 1) });
    const { outcome, results } = await searched(world);
    expect(results.map(({ loss }) => loss === null)).toEqual([false, false, true, true]);
    expect(outcome.parameters).toEqual({ leaves: 15 });
  });

  it('does nothing for a training that is past it, and nothing that it does not contain', async () => {
    const world = computing();
    const { key, outcome } = await begun(world);
    const [first] = outcome.experiments;
    await expect(runExperiment(world.deps, key, { ...first!, origin: 2 })).rejects.toThrow('at origin 2');
    await expect(runExperiment(world.deps, key, { ...first!, trialId: 'x' })).rejects.toThrow('no trial x');
    const { key: done } = await searched(computing());
    expect(done.runId).toBe(key.runId);
    const past = computing();
    await searched(past);
    const before = past.trained.length;
    expect(await runExperiment(past.deps, key, first!)).toEqual({ ...first, loss: null });
    expect(past.trained).toHaveLength(before);
  });

  it('has no loss for what has no result', () => {
    const trials = [{ trialId: 'a', parameters: {}, seed: 1 }];
    expect(trialResults(trials, 2, [{ trialId: 'a', origin: 1, loss: 0.5 }])).toEqual([
      { trialId: 'a', losses: [null, 0.5] },
    ]);
  });
});

describe('a training of the chosen trial', () => {
  it('learns from everything but what is held out, and stores the files under their content', async () => {
    const world = computing();
    const { key } = await searched(world);
    expect(await trainModel(world.deps, key)).toMatchObject({ next: 'validate' });
    const run = await runOf(world, key);
    const { artefact, snapshot } = run;
    expect(world.trained.at(-1)).toMatchObject({
      ...{ parameters: { leaves: 31 }, seed: run.seed },
      window: { from: snapshot!.from, to: snapshot!.to - PREPARE.holdOutSeconds },
    });
    expect(artefact).toMatchObject({ format: 1, metrics: { rows: 12 }, files: [{ name: 'trees.bin' }] });
    const bytes = world.artefacts.files.get(`acme/${artefact!.artefactPrefix}trees.bin`)!;
    expect(hash(Buffer.from(bytes).toString())).toBe(artefact!.files[0]!.sha256);
    // Repeating it trains nothing.
    const before = world.trained.length;
    await trainModel(world.deps, key);
    expect(world.trained).toHaveLength(before);
  });

  it('that another attempt finished with another model does not change its files', async () => {
    const world = computing();
    const { key } = await searched(world);
    const racing = {
      ...world.deps,
      trainer: {
        ...world.deps.trainer,
        train: async (task: Parameters<typeof world.deps.trainer.train>[0]) => {
          await trainModel(world.deps, key);
          return world.deps.trainer.train({ ...task, seed: task.seed + 1 });
        },
      },
    };
    await trainModel(racing, key);
    const { artefact } = await runOf(world, key);
    const bytes = world.artefacts.files.get(`acme/${artefact!.artefactPrefix}trees.bin`)!;
    expect(hash(Buffer.from(bytes).toString())).toBe(artefact!.files[0]!.sha256);
  });
});

describe('the gate of a training', () => {
  it('judges on the held-out part against the version that ships, and accepts a better model', async () => {
    const world = computing();
    const { key, outcome } = await registered(world);
    expect(outcome).toMatchObject({ status: 'approved', version: '0.1.0' });
    const { snapshot, validation } = await runOf(world, key);
    const judged = world.scored.slice(-2);
    expect(judged.map(({ model }) => model?.leaves)).toEqual([31, undefined]);
    for (const { stretch } of judged)
      expect(stretch).toEqual({ from: snapshot!.to - PREPARE.holdOutSeconds, to: snapshot!.to });
    expect(validation).toMatchObject({ isAccepted: true, reasons: [] });
    expect(validation!.metrics['gate.coverage']).toBeCloseTo(0.8);
    expect((await world.memory.version(SCOPE, '0.1.0'))?.item.metrics).toMatchObject({ rows: 12 });
  });

  it('refuses a model that is no better, with each reason', async () => {
    const world = computing({ lossOf: () => 1 });
    const { key } = await searched(world);
    await trainModel(world.deps, key);
    expect(await validateTrained(world.deps, key, NOW)).toMatchObject({ next: 'end', status: 'rejected' });
    const { reasons } = (await runOf(world, key)).validation!;
    expect(reasons.map((reason) => reason.split(':')[0])).toEqual(expect.arrayContaining(['loss', 'gain']));
    expect(reasons.join()).not.toContain('coverage:');
    expect(world.memory.versions()).toEqual([]);
  });

  it('compares with the champion of the tenant, whose files it verifies', async () => {
    const world = computing();
    const champion = await world.register('outside');
    const { item, revision } = await world.memory.lineUp(SCOPE);
    await world.memory.commit({ scope: SCOPE, lineUp: { item: { ...item, champion }, revision } });
    const { key } = await searched(world);
    await trainModel(world.deps, key);
    await expect(validateTrained(world.deps, key, NOW)).rejects.toThrow('is not trusted');
    await world.keys.add(SCOPE.tenantId, world.signer.trusted);
    // The files of `newModel` are no model of the fake trainer.
    await expect(validateTrained(world.deps, key, NOW)).rejects.toThrow('not valid JSON');
    expect((await runOf(world, key)).champion).toBe(champion);
  });

  it('does not judge files that somebody changed, or a training without a model', async () => {
    const world = computing();
    const { key } = await searched(world);
    await expect(world.deps.gate.judge(await runOf(world, key))).rejects.toThrow('has trained no model');
    await trainModel(world.deps, key);
    const { artefact } = await runOf(world, key);
    world.artefacts.files.set(`acme/${artefact!.artefactPrefix}trees.bin`, Buffer.from('{}'));
    await expect(validateTrained(world.deps, key, NOW)).rejects.toThrow('cannot be judged');
    world.artefacts.files.clear();
    await expect(validateTrained(world.deps, key, NOW)).rejects.toThrow('trees.bin is missing');
  });

  it('and the training need a snapshot', async () => {
    const world = computing();
    const key = await world.request();
    const { item, revision } = (await world.memory.run(key, key.runId))!;
    await world.memory.commit({ scope: SCOPE, run: { item: { ...item, status: 'training' }, revision } });
    await expect(trainModel(world.deps, key)).rejects.toThrow('has no snapshot');
    const artefact = { ...newModel().artefact, files: [], metrics: {} };
    await expect(world.deps.gate.judge({ ...item, artefact })).rejects.toThrow('rolling origins');
  });
});

describe('the end of a training that nothing rolls out', () => {
  it('leaves the version a candidate, and lets the next training begin', async () => {
    const world = computing();
    const { key } = await registered(world);
    const kept = await keepCandidate(world.deps, key, NOW + 60);
    expect(kept).toMatchObject({ next: 'end', status: 'registered', version: '0.1.0' });
    expect(await keepCandidate(world.deps, key, NOW + 90)).toEqual(kept);
    expect((await runOf(world, key)).endedAt).toBe(NOW + 60);
    expect((await world.memory.book(SCOPE)).item.open).toBeNull();
    expect((await world.lineUp()).champion).toBe('0.0.0');
    expect(world.published.at(-1)).toMatchObject({
      ...{ name: 'TrainingCompleted', detail: { status: 'registered' } },
    });
    const { outcome } = await begun(world, 'drift-2', NOW + DAY);
    expect(outcome.next).toBe('search');
  });

  it('of an approved version keeps the answer', async () => {
    const world = computing();
    const { key } = await registered(world, true);
    await awaitApproval(world.deps, key, 'token');
    const answer = { ...SCOPE, version: '0.1.0', answer: 'approved' as const, by: ADA, reason: 'seen' };
    await answerApproval(world.deps, answer, NOW);
    expect(await settleApproval(world.deps, key, NOW)).toMatchObject({ next: 'roll-out' });
    await keepCandidate(world.deps, key, NOW);
    await answerApproval(world.deps, answer, NOW + 5);
    expect(await awaitApproval(world.deps, key, 'token-2')).toMatchObject({ status: 'registered' });
    expect(new Set(world.answers.map(([, each]) => each))).toEqual(new Set(['approved']));
  });

  it('that nobody answered is a no, and an answer that comes later is refused', async () => {
    const world = computing();
    const { key } = await registered(world, true);
    await awaitApproval(world.deps, key, 'token');
    expect(await settleApproval(world.deps, key, NOW)).toMatchObject({ next: 'end', status: 'declined' });
    expect(await runOf(world, key)).toMatchObject({
      ...{ approvalToken: null, explanation: 'nobody answered in time' },
    });
    const answer = { ...SCOPE, version: '0.1.0', answer: 'approved' as const, by: ADA, reason: 'seen' };
    await expect(answerApproval(world.deps, answer, NOW)).rejects.toThrow('waits for no answer');
  });

  it('without files records nothing', async () => {
    const world = computing();
    const { key } = await searched(world);
    await expect(
      recordTrained(world.deps, key, { ...newModel().artefact, files: [], metrics: {} }),
    ).rejects.toThrow();
  });
});
