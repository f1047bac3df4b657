import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { runWorld, type WorldOptions } from '../unit/remediation/runs/run-world.ts';
import { NOW } from '../unit/remediation/stored-samples.ts';
import { definitionOf } from './definition.ts';
import { type Answers, execute } from './interpreter.ts';

const definition = definitionOf('remediate');

type World = ReturnType<typeof runWorld>;

const run = async (
  options: WorldOptions = {},
  answers: (world: World) => Answers = () => () => undefined,
) => {
  const world = runWorld(options);
  const done = await execute(definition, world.input, world.tasks, answers(world));
  return { ...world, done, kinds: world.own.decisions.map(({ kind }) => kind) };
};

/** A person approves at once. */
const approve = (world: World) => () => {
  world.answer('approved');
  return {};
};

describe('remediate', () => {
  it('scales out after a person approved, verifies, and ends as succeeded', async () => {
    const { done, kinds, effects, stored, published, own } = await run({}, approve);
    expect(done).toMatchObject({ status: 'SUCCEEDED', waits: [], output: { status: 'succeeded' } });
    expect(done.trail.filter((state) => !state.startsWith('What'))).toEqual([
      ...['Wait to begin', 'Choose action', 'Ask for approval', 'Settle approval', 'Prepare action'],
      ...['Begin action', 'Wait for effect', 'Check action', 'Wait for effect', 'Check action'],
      ...['Wait for metrics', 'Verify result', 'Close remediation', 'How it ended', 'Problem avoided'],
    ]);
    expect(kinds).toEqual([
      ...['plan-chosen', 'approval-asked', 'action-allowed', 'action-begun', 'action-done'],
      ...['verified', 'closed'],
    ]);
    expect(effects).toMatchObject([{ from: 5, to: 6 }]);
    expect(effects[0]!.after).toContain('action-begun');
    expect(stored()).toMatchObject({ status: 'succeeded', execution: { before: { desired: 5 } } });
    expect(published.map(({ name }) => name)).toEqual([
      ...[
        'RemediationApprovalRequested',
        'RemediationApproved',
        'RemediationExecuted',
        'RemediationVerified',
      ],
    ]);
    expect(own.ledgers.get('shop')?.item.entries).toMatchObject([{ kind: 'action', result: 'succeeded' }]);
    expect(own.track.item.outcomes).toMatchObject([{ action: 'scale-out-group', result: 'succeeded' }]);
  });

  it('follows a server that is predicted to pass 95 % CPU in six hours: one more server, just early enough', async () => {
    const impactAt = NOW + 6 * 3600;
    const world = runWorld({ impactAt });
    const { ChooseActionFunctionArn: choose } = world.tasks;
    const choices: string[] = [];
    const tasks = {
      ...world.tasks,
      ChooseActionFunctionArn: async (given: never) => {
        const outcome = await choose(given);
        choices.push(outcome.next);
        // As the state "Wait for causes" does.
        if ('dueAt' in outcome && outcome.next === 'choose') world.clock.ms = Date.parse(outcome.dueAt);
        return outcome;
      },
    };
    const done = await execute(definition, world.input, tasks, approve(world));
    expect(done.status).toBe('SUCCEEDED');
    // Asked every quarter of an hour until two hours before the harm.
    expect(choices).toEqual([...Array.from({ length: 16 }, () => 'choose'), 'ask']);
    // It is in the record from the beginning, and once more when there is something to ask.
    expect(world.own.decisions.map(({ kind }) => kind).slice(0, 3)).toEqual([
      ...['choice-postponed', 'plan-chosen', 'approval-asked'],
    ]);
    const { plan, execution, approval } = world.stored()!;
    expect(plan?.problem).toMatchObject({ confidence: 0.87, threshold: { limit: 95 }, impactAt });
    expect(approval!.askedAt).toBeLessThanOrEqual(impactAt - 7200 + 900);
    expect(execution!.beganAt!).toBeLessThan(impactAt - 3600);
    expect(world.effects).toMatchObject([{ from: 5, to: 6 }]);
    expect(world.published.map(({ name }) => name)).toContain('RemediationApprovalRequested');
    expect(world.stored()).toMatchObject({ status: 'succeeded', verification: { verdict: 'avoided' } });
    expect(world.own.track.item.outcomes).toMatchObject([{ action: 'scale-out-group', result: 'succeeded' }]);
  });

  it('ends a refused plan without asking anybody', async () => {
    const world = runWorld();
    world.own.killSwitch = {
      item: { isOn: true, reason: 'release', by: 'ann', at: 1 },
      revision: 1,
    };
    const done = await execute(definition, world.input, world.tasks);
    expect(done.trail.slice(-2)).toEqual(['How it ended', 'Action refused']);
    expect(world.stored()).toMatchObject({ status: 'refused', refusals: [{ rule: 'kill-switch' }] });
    expect([world.effects, world.own.decisions.map(({ kind }) => kind)]).toEqual([[], ['refused']]);
    expect(world.published).toMatchObject([{ name: 'RemediationBlocked' }]);
  });

  it('takes no answer as no', async () => {
    const world = runWorld();
    const silence = (_: string, seconds: number) => {
      world.clock.ms += seconds * 1000;
      return undefined;
    };
    const done = await execute(definition, world.input, world.tasks, silence);
    expect(done.trail.slice(-4)).toEqual([
      ...['Settle approval', 'What comes next', 'How it ended', 'Approval expired'],
    ]);
    expect(world.stored()).toMatchObject({ status: 'expired', execution: null });
    expect(world.effects).toEqual([]);
    expect(world.own.decisions.map(({ kind }) => kind)).toEqual([
      ...['plan-chosen', 'approval-asked', 'approval-expired'],
    ]);
  });

  it('ends when a person rejects the plan', async () => {
    const { done, effects, stored } = await run({}, (world) => () => {
      world.answer('rejected');
      return {};
    });
    expect(done.trail.at(-1)).toBe('Plan rejected');
    expect(stored()).toMatchObject({ status: 'rejected', explanation: 'ann rejected the plan: ok' });
    expect(effects).toEqual([]);
  });

  it('continues although the answer did not reach it', async () => {
    const { done, effects } = await run({}, (world) => () => {
      world.answer('approved');
      return undefined;
    });
    expect(done.output).toMatchObject({ status: 'succeeded' });
    expect(effects).toHaveLength(1);
  });

  it('asks again if it was continued without an answer', async () => {
    let times = 0;
    const { done, effects } = await run({}, (world) => () => {
      if (++times === 2) world.answer('approved');
      return {};
    });
    expect(done.trail.filter((state) => state === 'Ask for approval')).toHaveLength(2);
    expect(done.output).toMatchObject({ status: 'succeeded' });
    expect(effects).toHaveLength(1);
  });

  it('only suggests, or only observes, if the stage says so', async () => {
    const suggested = await run({ stage: 'suggest' });
    expect(suggested.done.trail.at(-1)).toBe('Action suggested');
    expect(suggested.published).toMatchObject([{ name: 'RemediationSuggested' }]);
    expect([...suggested.effects, ...(await run({ stage: 'observe' })).effects]).toEqual([]);
  });

  it('a rehearsal ends with the calls that it would make', async () => {
    const { done, effects, stored, published } = await run({ isDryRun: true }, approve);
    expect(done.trail.at(-1)).toBe('Action suggested');
    expect(stored()).toMatchObject({
      ...{ status: 'suggested', isDryRun: true },
      calls: [{ service: 'autoscaling', operation: 'SetDesiredCapacity' }],
    });
    expect([effects, published]).toEqual([[], []]);
  });

  it('waits for causes before it chooses', async () => {
    const { done } = await run({ incomplete: 2 }, approve);
    expect(done.trail.filter((state) => state === 'Wait for causes')).toHaveLength(2);
    expect(done.output).toMatchObject({ status: 'succeeded' });
  });

  it('undoes what made things worse', async () => {
    const { done, effects, stored, own, published } = await run({ verdict: 'worse' }, approve);
    expect(done.trail.at(-1)).toBe('Action undone');
    expect(effects).toMatchObject([
      { from: 5, to: 6 },
      { from: 6, to: 5 },
    ]);
    expect(effects[1]!.after).toContain('undo-begun');
    expect(stored()).toMatchObject({ status: 'undone', execution: { undo: { doneAt: expect.any(Number) } } });
    expect(own.track.item.outcomes).toMatchObject([{ result: 'failed' }]);
    expect(own.ledgers.get('shop')?.item.entries).toMatchObject([
      { kind: 'action', result: 'failed' },
      { kind: 'undo', result: 'failed' },
    ]);
    expect(published.map(({ name }) => name)).toContain('RemediationRolledBack');
  });

  it('undoes an action that does not get to its state in time', async () => {
    const world = runWorld({ readsUntilDone: Number.POSITIVE_INFINITY });
    const check = world.tasks.ExecuteActionFunctionArn;
    const slow = async (event: { readonly step: string }) => {
      if (event.step === 'check' || event.step === 'check-undo') world.clock.ms += 120_000;
      return check(event);
    };
    const tasks = { ...world.tasks, ExecuteActionFunctionArn: slow };
    const done = await execute(definition, world.input, tasks, approve(world));
    expect(done.trail.at(-1)).toBe('Action undone');
    expect(world.own.decisions.map(({ kind }) => kind)).toContain('action-failed');
    expect(world.group.desired).toBe(5);
  });

  it('hands over to people what it cannot undo', async () => {
    const world = runWorld({ verdict: 'worse' });
    const changedMeanwhile = async (event: unknown) => {
      const outcome = await world.tasks.VerifyRemediationFunctionArn(event);
      world.group.desired = world.group.inService = 9;
      return outcome;
    };
    const tasks = { ...world.tasks, VerifyRemediationFunctionArn: changedMeanwhile };
    const done = await execute(definition, world.input, tasks, approve(world));
    expect(done.trail.at(-1)).toBe('Handed to people');
    const explanation = expect.stringMatching(/something else changed it/);
    expect(world.stored()).toMatchObject({ status: 'escalated', explanation });
    expect(world.published.at(-1)).toMatchObject({ name: 'RemediationEscalated' });
    expect(world.group.desired).toBe(9);
  });

  it.each([
    ['unproven', 'unproven'],
    ['no-effect', 'failed'],
  ] as const)('ends as unproven after the verdict %s, which is %s in the record', async (verdict, result) => {
    const { done, own } = await run({ verdict }, approve);
    expect(done.trail.at(-1)).toBe('Result unproven');
    expect(own.track.item.outcomes).toMatchObject([{ result }]);
  });

  it('does not act on a resource that changed after the plan', async () => {
    const { done, effects, stored } = await run({}, (world) => () => {
      world.answer('approved');
      world.group.desired = world.group.inService = 7;
      return {};
    });
    expect(done.trail.at(-1)).toBe('Action refused');
    expect(stored()?.refusals.map(({ rule }) => rule)).toContain('unchanged-resource');
    expect(effects).toEqual([]);
  });

  it('plans again, and asks again, if other remediations took what was free', async () => {
    const world = runWorld();
    const running = (...names: readonly string[]) =>
      world.own.ledgers.set('shop', {
        item: {
          entries: names.map((remediationId) => ({
            ...{ remediationId, action: 'scale-out-group', resource: `auto-scaling-group:${remediationId}` },
            ...{ kind: 'action' as const, units: 1, at: NOW, result: 'running' as const },
          })),
        },
        revision: 1,
      });
    const { ChooseActionFunctionArn: choose, ExecuteActionFunctionArn: act } = world.tasks;
    const tasks = {
      ...world.tasks,
      ChooseActionFunctionArn: (given: never) => {
        running();
        return choose(given);
      },
      ExecuteActionFunctionArn: async (given: never) => {
        const outcome = await act(given);
        // As the state "Wait for causes" does.
        if (outcome.next === 'choose') world.clock.ms = Date.parse(outcome.dueAt);
        return outcome;
      },
    };
    let asked = 0;
    const done = await execute(definition, world.input, tasks, () => {
      asked++;
      world.answer('approved');
      if (asked === 1) running('a', 'b', 'c');
      return {};
    });
    expect(asked).toBe(2);
    expect(done.trail.at(-1)).toBe('Problem avoided');
    expect(world.own.decisions.map(({ kind }) => kind).slice(0, 6)).toEqual([
      ...['plan-chosen', 'approval-asked', 'action-refused', 'plan-chosen', 'approval-asked'],
      'action-allowed',
    ]);
    expect(world.effects).toMatchObject([{ from: 5, to: 6 }]);
  });

  it('undoes a remediation that had ended when people ask for it', async () => {
    const { tasks, effects, stored, own, askToUndo, undoInput } = await run({}, approve);
    askToUndo();
    const undone = await execute(definition, undoInput, tasks);
    expect(undone.trail).toEqual([
      ...['What is requested', 'Undo action', 'What comes next', 'Wait for undo', 'Check undo'],
      ...['What comes next', 'Wait for undo', 'Check undo', 'What comes next', 'Close remediation'],
      ...['How it ended', 'Action undone'],
    ]);
    expect(effects).toMatchObject([{ to: 6 }, { to: 5 }]);
    expect(stored()).toMatchObject({ status: 'undone', undoRequest: null, evidenceHash: null });
    expect(own.track.item.outcomes).toMatchObject([{ result: 'succeeded' }]);
    const again = await execute(definition, undoInput, tasks);
    expect(again.trail.at(-1)).toBe('Action undone');
    expect(effects).toHaveLength(2);
  });

  it('does not undo what nobody asked to undo', async () => {
    const { tasks, effects, undoInput } = await run({}, approve);
    const done = await execute(definition, undoInput, tasks);
    expect(done.trail.at(-1)).toBe('Problem avoided');
    expect(effects).toHaveLength(1);
  });

  it('leaves a remediation as it was if its undoing is refused', async () => {
    const { tasks, stored, effects, askToUndo, undoInput, group } = await run({}, approve);
    askToUndo();
    group.desired = group.inService = 8;
    const done = await execute(definition, undoInput, tasks);
    expect(done.trail.at(-1)).toBe('Problem avoided');
    expect(stored()).toMatchObject({ status: 'succeeded', undoRequest: null, evidenceHash: null });
    expect(effects).toHaveLength(1);
  });

  it('does nothing more if it is executed again', async () => {
    const { tasks, input, effects, own } = await run({}, approve);
    const before = structuredClone(own.decisions);
    const again = await execute(definition, input, tasks);
    expect(again.trail.at(-1)).toBe('Problem avoided');
    expect([own.decisions, effects.length]).toEqual([before, 1]);
  });

  it('fails, and records it, if nothing can be chosen', async () => {
    const world = runWorld();
    const broken = async () => {
      throw new InvalidInputError('not as expected');
    };
    const done = await execute(definition, world.input, { ...world.tasks, ChooseActionFunctionArn: broken });
    expect(done).toMatchObject({ status: 'FAILED', error: 'RemediationFailed', waits: [] });
    expect(world.stored()).toMatchObject({ status: 'failed', plan: null });
    expect(world.own.decisions).toMatchObject([{ kind: 'closed', outcome: { error: 'InvalidInputError' } }]);
  });

  it.each(['check', 'undo', 'check-undo'])(
    'calls people if "%s" fails after the action began',
    async (step) => {
      const world = runWorld({ verdict: 'worse' });
      const execution = world.tasks.ExecuteActionFunctionArn;
      const failing = async (event: { readonly step: string }) => {
        if (event.step === step) throw new InvalidInputError('broken');
        return execution(event);
      };
      const tasks = { ...world.tasks, ExecuteActionFunctionArn: failing };
      const done = await execute(definition, world.input, tasks, approve(world));
      expect(done.trail.slice(-2)).toEqual(['Record failure', 'Remediation failed']);
      expect(world.stored()).toMatchObject({ status: 'escalated' });
      expect(world.published.at(-1)).toMatchObject({ name: 'RemediationEscalated' });
      expect(world.own.ledgers.get('shop')?.item.entries.some(({ result }) => result === 'running')).toBe(
        false,
      );
    },
  );
});
