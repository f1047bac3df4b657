import { describe, expect, it } from 'vitest';
import { stageOf } from '../../../../core/models/line-up.ts';
import { approve } from '../../../../core/models/registry/line-up-changes.ts';
import { answerDrift } from '../../../../core/models/rollout/answer-drift.ts';
import { beginRollout } from '../../../../core/models/rollout/begin-rollout.ts';
import { checkRollout } from '../../../../core/models/rollout/check-rollout.ts';
import { DEFAULT_ROLLOUT_POLICY } from '../../../../core/models/rollout/default-policy.ts';
import { failRollout, rollBack } from '../../../../core/models/rollout/roll-back.ts';
import { rolloutIdOf } from '../../../../core/models/rollout/rollout-id.ts';
import { type ModelWorld, modelWorld } from '../model-world.ts';
import { ADA, block, NOW, SCOPE } from '../samples.ts';

const request = (version: string) => ({
  ...SCOPE,
  ...{ version, cause: 'training r-1', by: ADA, policy: DEFAULT_ROLLOUT_POLICY },
});
const key = (version: string) => ({ ...SCOPE, rolloutId: rolloutIdOf(SCOPE, version) });

/** A world in which `count` versions are registered. */
const registered = async (count = 1): Promise<ModelWorld> => {
  const world = modelWorld();
  for (let index = 0; index < count; index++) await world.register(`training/${index}`);
  return world;
};

/** Checks every five minutes, with a block of scored forecasts before each; returns the outcomes and the end. */
const run = async (world: ModelWorld, version: string, from: number, worse = 0, max = 60) => {
  const outcomes = [await beginRollout(world.deps(), request(version), from)];
  let now = from;
  for (let count = 0; count < max && outcomes.at(-1)?.next !== 'end'; count++) {
    now += 300;
    world.serving.blocks.push(block(now, 500, worse));
    outcomes.push(await checkRollout(world.deps(), key(version), now));
  }
  return { outcomes, last: outcomes.at(-1), now };
};

const namesOf = ({ published }: ModelWorld) => published.map(({ name }) => name);

describe('a rollout', () => {
  it('leads a candidate over all steps to champion', async () => {
    const world = await registered();
    const { outcomes, last, now } = await run(world, '0.1.0', NOW);
    expect([...new Set(outcomes.map(({ share }) => share))]).toEqual([0, 0.05, 0.25, 0.5, 1]);
    expect([...new Set(outcomes.map(({ step }) => step))]).toEqual(
      DEFAULT_ROLLOUT_POLICY.steps.map(({ name }) => name),
    );
    expect(outcomes[0]).toMatchObject({
      next: 'check',
      status: 'running',
      dueAt: '2026-11-21T10:06:00.000Z',
    });
    expect(last).toMatchObject({ next: 'end', status: 'promoted', version: '0.1.0', share: 1, reason: '' });
    // Two hours as shadow, then five steps of five minutes.
    expect(now - NOW).toBe(29 * 300);
    expect(await world.lineUp()).toMatchObject({ champion: '0.1.0', former: ['0.0.0'], challenger: null });
    expect(world.published.at(-1)).toMatchObject({
      name: 'ModelPromoted',
      detail: { version: '0.1.0', replaced: '0.0.0', seconds: 29 * 300 },
    });
  });

  it('ends with the reason and its duration if the candidate is worse, before it serves anybody', async () => {
    const world = await registered();
    const { last, now } = await run(world, '0.1.0', NOW, 0.2);
    expect(last).toMatchObject({ status: 'rolled-back', share: 0, step: 'shadow' });
    expect(last?.reason).toContain('its forecasts are worse');
    const lineUp = await world.lineUp();
    expect([lineUp.champion, stageOf(lineUp, '0.1.0')]).toEqual(['0.0.0', 'retired']);
    expect((await world.rollout(key('0.1.0').rolloutId))?.ended).toMatchObject({ seconds: now - NOW });
    expect(world.published.at(-1)).toMatchObject({
      name: 'ModelRolledBack',
      detail: { rule: 'worse-forecasts', serves: '0.0.0', seconds: now - NOW },
    });
  });

  it('ends when an alarm stands at any step', async () => {
    const world = await registered();
    await run(world, '0.1.0', NOW, 0, 26);
    world.serving.becomes({ alarms: ['ForecastErrors'] });
    const outcome = await checkRollout(world.deps(), key('0.1.0'), NOW + 27 * 300);
    expect(outcome).toMatchObject({ status: 'rolled-back', reason: 'alarms stand: ForecastErrors' });
  });

  it('does not begin while another one is under way, nor a second time', async () => {
    const world = await registered(2);
    const first = await beginRollout(world.deps(), request('0.1.0'), NOW);
    await expect(beginRollout(world.deps(), request('0.1.1'), NOW + 60)).rejects.toThrow(
      `rollout ${first.rolloutId} of version 0.1.0 is under way`,
    );
    expect(await beginRollout(world.deps(), request('0.1.0'), NOW)).toEqual(first);
    expect((await world.lineUp()).fence).toBe(1);
  });

  it('takes the place of one that stopped without an end, which never goes on', async () => {
    const world = await registered(2);
    await beginRollout(world.deps(), request('0.1.0'), NOW);
    const later = NOW + DEFAULT_ROLLOUT_POLICY.leaseSeconds;
    await expect(beginRollout(world.deps(), request('0.1.1'), later - 1)).rejects.toThrow('is under way');
    await beginRollout(world.deps(), request('0.1.1'), later);
    expect((await world.lineUp()).challenger).toMatchObject({ version: '0.1.1', fence: 2 });
    expect(await checkRollout(world.deps(), key('0.1.0'), later + 60)).toMatchObject({
      status: 'rolled-back',
      reason: `rollout ${key('0.1.0').rolloutId} stopped without an end`,
    });
    expect(namesOf(world).filter((name) => name === 'ModelRolledBack')).toHaveLength(2);
    expect(new Set(world.published.map(({ detail }) => detail.id)).size).toBe(3);
  });

  it('announces that one, also if an attempt died before it could', async () => {
    const world = await registered(2);
    await beginRollout(world.deps(), request('0.1.0'), NOW);
    const later = NOW + DEFAULT_ROLLOUT_POLICY.leaseSeconds;
    const dying = beginRollout(world.deps(world.memory, 'at-publish'), request('0.1.1'), later);
    await expect(dying).rejects.toThrow();
    expect(namesOf(world)).not.toContain('ModelRolledBack');
    await beginRollout(world.deps(), request('0.1.1'), later + 60);
    expect(world.published.at(-1)).toMatchObject({
      ...{ name: 'ModelRolledBack', detail: { version: '0.1.0', rule: 'abandoned' } },
    });
  });

  it('is lost if the line-up went to another one without it', async () => {
    const world = await registered();
    await beginRollout(world.deps(), request('0.1.0'), NOW);
    const { item, revision } = await world.memory.lineUp(SCOPE);
    await world.memory.commit({ scope: SCOPE, lineUp: { item: { ...item, challenger: null }, revision } });
    expect(await checkRollout(world.deps(), key('0.1.0'), NOW + 60)).toMatchObject({
      ...{ next: 'end', status: 'rolled-back', reason: 'another writer ended it' },
    });
  });

  it('begins with files that somebody trusted has signed, or not at all', async () => {
    const world = await registered();
    world.artefacts.files.set('acme/models/fleet-trees/r-1/trees.bin', Buffer.from('worms'));
    await expect(beginRollout(world.deps(), request('0.1.0'), NOW)).rejects.toThrow(
      'trees.bin is not the one',
    );
    expect((await world.lineUp()).challenger).toBeNull();
  });

  it('begins after a person approved the version, where that is needed', async () => {
    const world = await registered();
    const deps = { ...world.deps(), needsApproval: true };
    await expect(beginRollout(deps, request('0.1.0'), NOW)).rejects.toThrow('version 0.1.0 is not approved');
    const { item, revision } = await world.memory.lineUp(SCOPE);
    const lineUp = approve(item, '0.1.0', { by: ADA, at: NOW, reason: 'it is better' });
    await world.memory.commit({ scope: SCOPE, lineUp: { item: lineUp, revision } });
    expect(await beginRollout(deps, request('0.1.0'), NOW)).toMatchObject({ status: 'running' });
  });

  it('that does not exist cannot be checked', async () => {
    const world = await registered();
    await expect(checkRollout(world.deps(), key('0.1.0'), NOW)).rejects.toThrow('does not exist');
  });

  it('counts no scores from the future', async () => {
    const world = await registered();
    await beginRollout(world.deps(), request('0.1.0'), NOW);
    world.serving.blocks.push(block(NOW + 900, 500, 0));
    await checkRollout(world.deps(), key('0.1.0'), NOW + 60);
    expect(await world.rollout(key('0.1.0').rolloutId)).toMatchObject({ scoredUntil: NOW });
  });
});

const manual = (version: string, cause = 'request-1') => ({
  ...{ ...SCOPE, version, cause, reason: { rule: 'manual' as const, text: 'ada asked for it' } },
});

describe('a rollback in one call', () => {
  it('ends a rollout under way', async () => {
    const world = await registered();
    await beginRollout(world.deps(), request('0.1.0'), NOW);
    expect(await rollBack(world.deps(), manual('0.1.0'), NOW + 90)).toEqual({ serves: '0.0.0' });
    expect(await checkRollout(world.deps(), key('0.1.0'), NOW + 120)).toMatchObject({
      ...{ next: 'end', status: 'rolled-back', reason: 'ada asked for it' },
    });
    expect(world.published.find(({ name }) => name === 'ModelRolledBack')?.detail).toMatchObject({
      ...{ rule: 'manual', seconds: 90 },
    });
    await expect(beginRollout(world.deps(), request('0.1.0'), NOW + 300)).resolves.toMatchObject({
      status: 'rolled-back',
    });
  });

  it('puts the champion before in the place of the champion, once', async () => {
    const world = await registered(2);
    const { now } = await run(world, '0.1.0', NOW);
    const { now: later } = await run(world, '0.1.1', now + 60);
    expect(await rollBack(world.deps(), manual('0.1.1'), later + 500)).toEqual({ serves: '0.1.0' });
    expect(world.published.at(-1)).toMatchObject({
      name: 'ModelRolledBack',
      detail: { version: '0.1.1', serves: '0.1.0', rolloutId: null, seconds: 500 },
    });
    for (const cause of ['request-1', 'request-2'])
      expect(await rollBack(world.deps(), manual('0.1.1', cause), later + 600)).toEqual({ serves: '0.1.0' });
    const lineUp = await world.lineUp();
    expect(lineUp).toMatchObject({ champion: '0.1.0', former: ['0.0.0'] });
    expect(stageOf(lineUp, '0.1.1')).toBe('retired');
    expect(new Set(world.published.map(({ detail }) => detail.id)).size).toBe(5);
  });

  it('announces the end of a champion whose promotion the line-up lists no longer', async () => {
    const world = await registered();
    const { now } = await run(world, '0.1.0', NOW);
    const { item, revision } = await world.memory.lineUp(SCOPE);
    await world.memory.commit({ scope: SCOPE, lineUp: { item: { ...item, transitions: [] }, revision } });
    await rollBack(world.deps(), manual('0.1.0'), now + 500);
    expect(world.published.at(-1)).toMatchObject({
      ...{ name: 'ModelRolledBack', detail: { version: '0.1.0', serves: '0.0.0', seconds: 500 } },
    });
  });

  it('ends the rollout that compares with the champion, too', async () => {
    const world = await registered(2);
    const { now } = await run(world, '0.1.0', NOW);
    await beginRollout(world.deps(), request('0.1.1'), now);
    await rollBack(world.deps(), manual('0.1.0'), now + 60);
    expect(await world.lineUp()).toMatchObject({ champion: '0.0.0', challenger: null });
    expect(await world.rollout(key('0.1.1').rolloutId)).toMatchObject({
      status: 'rolled-back',
      ended: { reason: { rule: 'abandoned' } },
    });
  });

  it('refuses a version that serves nobody, and the last one', async () => {
    const world = await registered();
    await expect(rollBack(world.deps(), manual('0.1.0'), NOW)).rejects.toThrow(
      'version 0.1.0 is candidate: it serves nobody; the champion is 0.0.0',
    );
    await expect(rollBack(world.deps(), manual('0.0.0'), NOW)).rejects.toThrow('no version served before it');
  });

  it('announces again what an attempt that died did not', async () => {
    const world = await registered();
    await beginRollout(world.deps(), request('0.1.0'), NOW);
    const before = world.published.length;
    await expect(
      rollBack(world.deps(world.memory, 'at-publish'), manual('0.1.0'), NOW + 60),
    ).rejects.toThrow();
    expect(world.published).toHaveLength(before);
    await rollBack(world.deps(), manual('0.1.0'), NOW + 90);
    expect(world.published.at(-1)).toMatchObject({ name: 'ModelRolledBack', detail: { seconds: 60 } });
  });
});

describe('a workflow that failed', () => {
  it('rolls its candidate back', async () => {
    const world = await registered();
    await beginRollout(world.deps(), request('0.1.0'), NOW);
    expect(await failRollout(world.deps(), key('0.1.0'), 'out of memory', NOW + 60)).toEqual({
      serves: '0.0.0',
    });
    expect(await world.rollout(key('0.1.0').rolloutId)).toMatchObject({
      ended: { reason: { rule: 'workflow-failed', text: 'its workflow failed: out of memory' } },
    });
  });

  it('announces the rollback, also if an attempt died before it could', async () => {
    const world = await registered();
    await beginRollout(world.deps(), request('0.1.0'), NOW);
    const dying = failRollout(world.deps(world.memory, 'at-publish'), key('0.1.0'), 'x', NOW + 60);
    await expect(dying).rejects.toThrow();
    expect(namesOf(world)).not.toContain('ModelRolledBack');
    await failRollout(world.deps(), key('0.1.0'), 'x', NOW + 90);
    expect(world.published.at(-1)).toMatchObject({ name: 'ModelRolledBack', detail: { seconds: 60 } });
  });

  it('does nothing to a rollout that ended or never began', async () => {
    const world = await registered();
    expect(await failRollout(world.deps(), key('0.1.0'), 'x', NOW)).toEqual({ serves: '0.0.0' });
    const { now } = await run(world, '0.1.0', NOW);
    expect(await failRollout(world.deps(), key('0.1.0'), 'x', now)).toEqual({ serves: '0.1.0' });
  });
});

describe('drift', () => {
  const drift = (startedAt: number, cause = 'drift-1') => ({
    ...{ ...SCOPE, cause, startedAt, falseRollbackRate: 0.05 },
  });

  /** A new champion that loses this much more than the one before it from its promotion on. */
  const afterPromotion = async (worse: number) => {
    const world = await registered();
    const { now } = await run(world, '0.1.0', NOW);
    world.serving.blocks.length = 0;
    for (let index = 1; index <= 20; index++) world.serving.blocks.push(block(now + 300 * index, 500, worse));
    return { world, promotedAt: now, now: now + 6300 };
  };

  it('soon after a promotion brings back the version before it, if that is better on the same series', async () => {
    const { world, promotedAt, now } = await afterPromotion(0.2);
    expect(await answerDrift(world.deps(), drift(promotedAt + 600), now)).toBe('rolled-back');
    expect(await world.lineUp()).toMatchObject({ champion: '0.0.0' });
    expect(world.published.at(-1)).toMatchObject({ name: 'ModelRolledBack', detail: { rule: 'drift' } });
    expect(await answerDrift(world.deps(), drift(promotedAt + 600), now)).toBe('rolled-back');
    // Nothing served before the present champion.
    expect(await answerDrift(world.deps(), drift(now, 'drift-2'), now)).toBe('retrain');
  });

  it('announces the rollback, also if an attempt died before it could', async () => {
    const { world, promotedAt, now } = await afterPromotion(0.2);
    const dying = answerDrift(world.deps(world.memory, 'at-publish'), drift(promotedAt + 600), now);
    await expect(dying).rejects.toThrow();
    expect(namesOf(world)).not.toContain('ModelRolledBack');
    expect(await answerDrift(world.deps(), drift(promotedAt + 600), now + 60)).toBe('rolled-back');
    expect(world.published.at(-1)).toMatchObject({
      ...{ name: 'ModelRolledBack', detail: { version: '0.1.0', rule: 'drift' } },
    });
  });

  it.each([
    ['the version before it is no better', 0, 600],
    ['it started before the promotion', 0.2, -1],
    ['it started a day later', 0.2, 86_400],
  ])('leads to a training if %s', async (_, worse, after) => {
    const { world, promotedAt, now } = await afterPromotion(worse);
    expect(await answerDrift(world.deps(), drift(promotedAt + after), now)).toBe('retrain');
    expect(await world.lineUp()).toMatchObject({ champion: '0.1.0' });
  });
});
