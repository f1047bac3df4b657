import { describe, expect, it } from 'vitest';
import type { Choice } from '../../../../core/remediation/runs/rules.ts';
import { remediationIdOf } from '../../../../core/remediation/runs/run-id.ts';
import type { Json } from '../../../../core/shared/canonical-json.ts';
import { makeHandler as makeChoose } from '../../../../functions/remediation/choose-action/handler.ts';
import { makeHandler as makeVerify } from '../../../../functions/remediation/verify-remediation/handler.ts';
import { NOW } from '../stored-samples.ts';
import { groupPlan, groupRun, storedWorld } from './stored-world.ts';

const { cause } = groupPlan();
const ID = remediationIdOf('acme', cause);
const INPUT = {
  ...{ tenantId: 'acme', remediationId: ID, isDryRun: false, workflowVersion: '7' },
  ...{ startedAt: '2026-11-21T10:05:00.000Z', cause },
};

const choose = async (
  outcome: Choice['outcome'],
  over: Partial<Choice> = {},
  input: object = INPUT,
  forecastSeconds = 3600,
) => {
  const world = storedWorld(undefined, { isReserved: false });
  const handler = makeChoose<Json>({
    ...{ ...world.base, forecastSeconds },
    gather: async () => ({ inputs: { seen: 1 }, evidenceHash: null }),
    chooseAction: () => ({ outcome, plan: groupPlan(), refusals: [], explanation: 'because', ...over }),
    preview: () => [{ service: 'autoscaling', operation: 'SetDesiredCapacity', input: {} }],
  });
  const stored = () => world.own.remediations.get(ID)?.item;
  return { ...world, stored, result: await handler(input) };
};

describe('a choice', () => {
  it.each([
    ['nothing', 'nothing-to-do', 'end', 'nothing-chosen', null],
    ['refused', 'refused', 'end', 'refused', 'RemediationBlocked'],
    ['suggest', 'suggested', 'end', 'plan-chosen', 'RemediationSuggested'],
    ['ask', 'awaiting-approval', 'ask', 'plan-chosen', null],
    ['act', 'choosing', 'prepare', 'plan-chosen', null],
  ] as const)('"%s" is stored as %s and goes on with %s', async (outcome, status, next, kind, event) => {
    const { result, stored, decided, published } = await choose(outcome);
    expect(result).toMatchObject({ status, next });
    expect(stored()).toMatchObject({
      status,
      endedAt: next === 'end' ? NOW + 60 : null,
      environment: 'shop',
    });
    expect(decided()).toEqual([kind]);
    expect(published.map(({ name }) => name)).toEqual(event === null ? [] : [event]);
  });

  const TOO_LOW = [{ rule: 'confidence', reason: 'too low', remedy: 'wait' }];

  it('that may be different later is recorded, and made again then', async () => {
    const { result, stored, decided, published } = await choose('refused', { refusals: TOO_LOW });
    expect(result).toMatchObject({ status: 'waiting', next: 'choose', dueAt: '2026-11-21T10:21:00.000Z' });
    expect(stored()).toMatchObject({ status: 'waiting', endedAt: null, refusals: TOO_LOW });
    expect(stored()?.explanation).toBe('because That may change: it is judged again every 15 minutes.');
    expect([decided(), published]).toEqual([['choice-postponed'], []]);
    const rehearsal = await choose('refused', { refusals: TOO_LOW }, { ...INPUT, isDryRun: true });
    expect(rehearsal.result).toMatchObject({ status: 'refused', next: 'end' });
  });

  it('that is made again is recorded only if it differs, until it is final', async () => {
    const world = storedWorld(undefined, { isReserved: false });
    const early = { ...groupPlan().problem, impactAt: NOW + 12 * 3600 };
    const soon = { ...early, impactAt: NOW + 1800 };
    const made: Choice[] = [
      { outcome: 'refused', plan: groupPlan(), refusals: TOO_LOW, explanation: 'one' },
      {
        outcome: 'refused',
        plan: groupPlan({ plannedAt: NOW + 900 }),
        refusals: TOO_LOW,
        explanation: 'two',
      },
      { outcome: 'ask', plan: groupPlan({ problem: early }), refusals: [], explanation: 'three' },
      { outcome: 'ask', plan: groupPlan({ problem: soon }), refusals: [], explanation: 'four' },
      { outcome: 'refused', plan: groupPlan(), refusals: TOO_LOW, explanation: 'five' },
    ];
    const handler = makeChoose<Json>({
      ...{ ...world.base, forecastSeconds: 3600, preview: () => [], chooseAction: () => made.shift()! },
      gather: async () => ({ inputs: {}, evidenceHash: null }),
    });
    const seen = [];
    for (let n = 0; n < 5; n++) {
      const { next } = await handler(INPUT);
      seen.push([next, world.own.remediations.get(ID)?.item.status, world.decided().length]);
    }
    expect(seen).toEqual([
      ['choose', 'waiting', 1],
      ['choose', 'waiting', 1],
      ['choose', 'waiting', 2],
      ['ask', 'awaiting-approval', 3],
      // A repeat after the final word.
      ['ask', 'awaiting-approval', 3],
    ]);
    expect(world.decided()).toEqual(['choice-postponed', 'choice-postponed', 'plan-chosen']);
    expect(world.own.remediations.get(ID)?.item.explanation).toBe('four');
  });

  it('that is the same as before keeps its plan and its reason up to date, without another decision', async () => {
    const world = storedWorld(undefined, { isReserved: false });
    const made: Choice[] = ['0.62', '0.71'].map((stated, n) => ({
      ...{ outcome: 'refused', plan: groupPlan({ plannedAt: NOW + n }), refusals: TOO_LOW },
      explanation: `the confidence is ${stated}.`,
    }));
    const handler = makeChoose<Json>({
      ...{ ...world.base, forecastSeconds: 3600, preview: () => [], chooseAction: () => made.shift()! },
      gather: async () => ({ inputs: {}, evidenceHash: null }),
    });
    await handler(INPUT);
    await handler(INPUT);
    const stored = world.own.remediations.get(ID)?.item;
    expect(stored?.plan?.plannedAt).toBe(NOW + 1);
    expect(stored?.explanation).toMatch(/^the confidence is 0.71\. That may change/);
    expect(world.decided()).toEqual(['choice-postponed']);
  });

  it('that would change more than before is another decision', async () => {
    const world = storedWorld(undefined, { isReserved: false });
    const larger = { ...groupPlan().change, summary: 'desired capacity 5 → 8' };
    const made: Choice[] = [groupPlan(), groupPlan({ change: larger })].map((plan) => ({
      ...{ outcome: 'refused', plan, refusals: TOO_LOW, explanation: 'because' },
    }));
    const handler = makeChoose<Json>({
      ...{ ...world.base, forecastSeconds: 3600, preview: () => [], chooseAction: () => made.shift()! },
      gather: async () => ({ inputs: {}, evidenceHash: null }),
    });
    await handler(INPUT);
    await handler(INPUT);
    expect(world.decided()).toEqual(['choice-postponed', 'choice-postponed']);
  });

  it('that waits says that there is time for another forecast', async () => {
    const problem = { ...groupPlan().problem, impactAt: NOW + 12 * 3600 };
    const { stored } = await choose('act', { plan: groupPlan({ problem }) });
    expect(stored()?.explanation).toMatch(/^because There is time for another forecast: /);
  });

  it('waits for another forecast only if the stage makes one in time', async () => {
    const { act, settle } = groupPlan().minutes;
    const impactAt = NOW + 60 + 2 * 60 * (act + settle) + 1800;
    const over = { plan: groupPlan({ problem: { ...groupPlan().problem, impactAt } }) };
    const statuses = [];
    for (const cadence of [900, 1800, 3600])
      statuses.push((await choose('act', over, INPUT, cadence)).stored()?.status);
    expect(statuses).toEqual(['waiting', 'choosing', 'choosing']);
  });

  it('is made for no other remediation than that of its cause', async () => {
    for (const input of [{ remediationId: 'r-1' }, { tenantId: 'globex' }, { cause: { ...cause, since: 1 } }])
      await expect(choose('act', {}, { ...INPUT, ...input })).rejects.toThrow('is not the one of its cause');
  });

  it('of nothing has neither plan nor calls', async () => {
    const { stored } = await choose('nothing', { plan: null });
    expect(stored()).toMatchObject({ plan: null, planHash: null, calls: [], environment: null });
  });

  it.each(['act', 'ask'] as const)(
    '"%s" of a rehearsal ends as a suggestion that is not announced',
    async (outcome) => {
      const { result, published } = await choose(outcome, {}, { ...INPUT, isDryRun: true });
      expect([result.status, published]).toEqual(['suggested', []]);
    },
  );

  it.each(['tenantId', 'cause', 'startedAt'])('needs the %s', async (field) => {
    const call = choose('nothing', {}, { ...INPUT, [field]: 'not.valid' });
    await expect(call).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringContaining(field),
    });
  });
});

describe('the verification', () => {
  const verifying = groupRun({
    status: 'verifying',
    execution: { before: {}, beganAt: NOW, doneAt: NOW + 10, undo: null },
  });
  const KEY = { tenantId: 'acme', remediationId: 'r-1' };
  const verify = async (inputs: Json | null, found: object, run = verifying) => {
    const world = storedWorld(run);
    const handler = makeVerify<Json>({
      ...world.base,
      gather: async () => inputs,
      verify: () => found as never,
    });
    return { ...world, result: await handler(KEY), handler };
  };

  it('claims nothing if no metric shows whether the problem is over', async () => {
    const { result, stored, published } = await verify(null, {});
    expect(result).toMatchObject({ next: 'close', status: 'verifying' });
    expect(stored()).toMatchObject({
      ...{ explanation: 'no metric shows whether the problem is over' },
      verification: { verdict: 'unproven', probabilityAvoided: null, points: 0 },
    });
    expect(published).toMatchObject([{ name: 'RemediationVerified', detail: { verdict: 'unproven' } }]);
  });

  it('looks again later, and records nothing until then', async () => {
    const { result, decided, stored } = await verify({}, { waitSeconds: 90.5 });
    expect(result).toMatchObject({ next: 'verify', dueAt: '2026-11-21T10:07:31.000Z' });
    expect([decided(), stored()?.verification]).toEqual([[], null]);
  });

  it.each([
    ['worse', [], 'undo', 'undoing', 'the result is worse'],
    ['avoided', ['cpu fell'], 'close', 'verifying', 'cpu fell'],
  ] as const)(
    'with the result "%s" goes on with it',
    async (verdict, evidence, next, status, explanation) => {
      const found = {
        verdict,
        probabilityAvoided: null,
        points: 4,
        newestAt: NOW,
        evidence: [...evidence],
        at: NOW,
      };
      const world = await verify({}, found);
      expect(world.result).toMatchObject({ next, status });
      expect(world.stored()).toMatchObject({ status, explanation });
      expect(await world.handler(KEY)).toMatchObject({ next });
      expect(world.decided()).toEqual(['verified']);
      expect(new Set(world.published.map(({ detail }) => detail.id)).size).toBe(1);
    },
  );
});
