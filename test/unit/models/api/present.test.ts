import { describe, expect, it } from 'vitest';
import {
  ModelCardView,
  ModelSummary,
  ModelsQuery,
  presentModel,
} from '../../../../core/models/api/models.ts';
import {
  presentTraining,
  TrainingBody,
  TrainingPath,
  TrainingView,
} from '../../../../core/models/api/trainings.ts';
import { modelCard } from '../../../../core/models/registry/model-card.ts';
import { recentTrainings } from '../../../../core/models/training/recent-trainings.ts';
import { definitionOf } from '../../../workflows/definition.ts';
import { execute } from '../../../workflows/interpreter.ts';
import { ADA, hash, NOW, SCOPE, sampleLineUp, sampleRollout, sampleRun, sampleVersion } from '../samples.ts';
import { computing, DAY } from '../training/computing-world.ts';

/** Fails for a field that the schema does not have. */
const strictly = <Shown>(schema: { parse: (shown: unknown) => unknown }, shown: Shown): Shown => {
  expect(schema.parse(shown)).toEqual(JSON.parse(JSON.stringify(shown)));
  return shown;
};

describe('a version in the API', () => {
  it('has its stage, its metrics and its training', () => {
    const shown = strictly(ModelSummary, presentModel({ model: sampleVersion(), stage: 'candidate' }));
    expect(shown).toMatchObject({ version: '0.1.0', stage: 'candidate', trainingRunId: 'r-1' });
    const lineage = { ...sampleVersion().lineage, trainingRunId: null };
    expect(presentModel({ model: sampleVersion({ lineage }), stage: 'champion' })).not.toHaveProperty(
      'trainingRunId',
    );
  });

  it('has a card in the documented shape, with and without approval and rollout', () => {
    const approval = { by: ADA, at: NOW, reason: 'seen' };
    const members = [{ version: '0.1.0', cause: 'training/r-1', approval, retired: null }];
    const transition = { cause: 'x', version: '0.1.0', from: 'candidate' as const, to: 'shadow' as const };
    const transitions = [{ ...transition, at: NOW, reason: 'begins' }];
    strictly(ModelCardView, modelCard(sampleVersion(), sampleLineUp(), undefined));
    const card = modelCard(sampleVersion(), sampleLineUp({ members, transitions }), sampleRollout());
    expect(strictly(ModelCardView, card)).toMatchObject({
      approval: { by: 'ada' },
      history: [{ to: 'shadow' }],
    });
  });

  it('is searched by stage, tag and text', () => {
    expect(ModelsQuery.parse({ tag: 'team=sre', stage: 'champion' })).toMatchObject({ kind: 'fleet-trees' });
    for (const wrong of [{ tag: 'team' }, { stage: 'best' }, { kind: 'A' }, { unknown: 1 }])
      expect(ModelsQuery.safeParse(wrong).success).toBe(false);
  });
});

describe('a training in the API', () => {
  it('shows everything but the token with which the workflow could be answered', () => {
    const run = sampleRun({
      ...{ status: 'awaiting-approval', version: '0.1.0', approvalToken: 'secret-token', endedAt: NOW + 60 },
      trials: [{ trialId: 't', parameters: { leaves: 31 }, seed: 1 }],
      ...{
        chosen: { trialId: 't', loss: -1 },
        validation: { isAccepted: false, reasons: ['loss: worse'], metrics: {} },
      },
      snapshot: { manifestHash: hash('data'), objects: 3, from: NOW - DAY, to: NOW },
    });
    const shown = strictly(TrainingView, presentTraining(run));
    expect(JSON.stringify(shown)).not.toContain('secret-token');
    expect(shown).toMatchObject({
      ...{ parameters: { leaves: 31 }, version: '0.1.0', trials: 1, endedAt: '2026-11-21T10:06:00.000Z' },
      ...{ gate: { accepted: false, reasons: ['loss: worse'] }, data: { manifestHash: hash('data') } },
    });
  });

  it('that has just begun shows what is known', () => {
    const shown = strictly(TrainingView, presentTraining(sampleRun()));
    for (const later of ['endedAt', 'data', 'parameters', 'gate', 'version'])
      expect(shown).not.toHaveProperty(later);
  });

  it('is requested with a reason, and found by its id', async () => {
    expect(TrainingBody.parse({ reason: 'the load changed' })).toMatchObject({ kind: 'fleet-trees' });
    expect(TrainingBody.safeParse({}).success).toBe(false);
    const { runId } = await computing().request();
    expect(TrainingPath.safeParse({ kind: 'fleet-trees', runId }).success).toBe(true);
    expect(TrainingPath.safeParse({ kind: 'fleet-trees', runId: 'a#b' }).success).toBe(false);
  });
});

describe('the newest trainings', () => {
  it('are listed once each, the newest first', async () => {
    const world = computing();
    const ids: string[] = [];
    for (const [i, cause] of ['drift-1', 'drift-2', 'drift-3'].entries()) {
      const key = await world.request(cause, NOW + i * DAY);
      await world.request(cause, NOW + i * DAY + 5);
      ids.push(key.runId);
      await execute(definitionOf('retrain'), key, world.tasks);
    }
    const listed = async (limit: number) =>
      (await recentTrainings(world.memory, SCOPE, limit)).map(({ runId }) => runId);
    expect(await listed(10)).toEqual(ids.toReversed());
    expect(await listed(2)).toEqual(ids.slice(1).toReversed());
    expect(await recentTrainings(world.memory, { ...SCOPE, tenantId: 'other' }, 10)).toEqual([]);
    const lost = { ...world.memory, run: async () => undefined };
    expect(await recentTrainings(lost, SCOPE, 10)).toEqual([]);
  });
});
