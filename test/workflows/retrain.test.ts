/** The training of a model, undisturbed and disturbed at each call. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerApproval } from '../../core/models/training/approve-version.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { ADA, NOW, SCOPE } from '../unit/models/samples.ts';
import {
  type Computing,
  type ComputingOptions,
  computing,
  DAY,
  type Disturb,
} from '../unit/models/training/computing-world.ts';
import { definitionOf } from './definition.ts';
import { type Answers, execute, TaskError, type Tasks } from './interpreter.ts';

const definition = definitionOf('retrain');

const NEXT = 'What comes next';
const COMPUTED = [
  ...['Take snapshot', NEXT, 'Search parameters'],
  ...Array<string>(4).fill('Search parameters/Run experiment'),
  ...['Choose trial', NEXT, 'Train model', NEXT, 'Validate model', NEXT, 'Register model', NEXT],
];
const ENDED = ['How it ended', 'Training ended'];
const REGISTERED = [...COMPUTED, 'Keep candidate', ...ENDED];

const versions = ({ memory }: Computing) => memory.versions().map(({ version }) => version);
const registrations = ({ published }: Computing) =>
  new Set(published.filter(({ name }) => name === 'ModelRegistered').map(({ detail }) => detail.id)).size;

const runOnce = async (world: Computing, tasks: Tasks = world.tasks, answers?: Answers) => {
  const key = await world.request();
  return { key, done: await execute(definition, key, tasks, answers) };
};

describe('retrain', () => {
  it('leads over snapshot, search, training, gate and registration to a candidate', async () => {
    const world = computing();
    const { key, done } = await runOnce(world);
    expect(done).toMatchObject({ status: 'SUCCEEDED', waits: [], output: { status: 'registered' } });
    expect(done.trail).toEqual(REGISTERED);
    expect(versions(world)).toEqual(['0.1.0']);
    expect(await world.run(key)).toMatchObject({ status: 'registered', version: '0.1.0' });
  });

  it('waits for a person, and ends as the person answers', async () => {
    for (const [answer, status, end] of [
      ['approved', 'registered', ['Keep candidate', ...ENDED]],
      ['declined', 'declined', ENDED],
    ] as const) {
      const world = computing({ needsApproval: true });
      const waits: number[] = [];
      const key = await world.request();
      let answered: Promise<void> | undefined;
      const done = await execute(definition, key, world.tasks, (_, seconds) => {
        waits.push(seconds);
        answered = answerApproval(
          world.deps,
          { ...SCOPE, version: '0.1.0', answer, by: ADA, reason: 'seen the card' },
          NOW,
        );
        return answered.then(() => ({ answer }));
      });
      expect(done).toMatchObject({ status: 'SUCCEEDED', output: { status } });
      expect(done.trail).toEqual([
        ...[...COMPUTED, 'Ask for approval', 'Settle approval'],
        ...[NEXT, ...end],
      ]);
      expect(waits).toEqual([7 * DAY]);
      expect(world.answers).toEqual([['token-1', answer]]);
    }
  });

  it('takes no answer in time for a no', async () => {
    const world = computing({ needsApproval: true });
    const { key, done } = await runOnce(world);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { status: 'declined' } });
    expect(await world.run(key)).toMatchObject({ explanation: 'nobody answered in time' });
  });

  it('ends without a model if there is nothing to learn from, or if the gate refuses', async () => {
    const empty = await runOnce(computing({ fleet: [] }));
    expect(empty.done).toMatchObject({ status: 'SUCCEEDED', output: { status: 'unchanged' } });
    expect(empty.done.trail).toEqual(['Take snapshot', NEXT, ...ENDED]);
    const world = computing({ lossOf: () => 1 });
    const refused = await runOnce(world);
    expect(refused.done).toMatchObject({ status: 'SUCCEEDED', output: { status: 'rejected' } });
    expect(versions(world)).toEqual([]);
  });

  it('goes on if an experiment keeps failing, and fails if all of them do', async () => {
    const failing = (leaves: readonly number[]) => {
      const world = computing({
        lossOf: (model) => {
          if (model !== undefined && leaves.includes(model.leaves)) throw new TypeError('out of memory');
          return model === undefined ? 1 : 0.8;
        },
      });
      return runOnce(world);
    };
    const one = await failing([31]);
    expect(one.done).toMatchObject({ status: 'SUCCEEDED', output: { parameters: { leaves: 15 } } });
    expect(one.done.trail.filter((state) => state.endsWith('Experiment lost'))).toHaveLength(2);
    const all = await failing([15, 31]);
    expect(all.done).toMatchObject({ status: 'FAILED', error: 'TrainingFailed' });
    expect(all.done.trail.slice(-3)).toEqual([NEXT, 'How it ended', 'Training failed']);
  });
});

/** The state that each call of a function serves. */
const TASKS = [
  ['Take snapshot', 'PrepareTrainingFunctionArn', undefined],
  ['Choose trial', 'TrainModelFunctionArn', 'choose'],
  ['Train model', 'TrainModelFunctionArn', 'train'],
  ['Validate model', 'TrainModelFunctionArn', 'validate'],
  ['Register model', 'RegisterModelFunctionArn', 'register'],
  ['Ask for approval', 'RegisterModelFunctionArn', 'ask'],
  ['Settle approval', 'RegisterModelFunctionArn', 'settle'],
  ['Keep candidate', 'RegisterModelFunctionArn', 'keep'],
] as const;
const SIX = [2, 4, 8, 16, 32, 60];

describe.each(TASKS)('"%s" that fails', (state, name, step) => {
  const failing = async (error: string) => {
    const world = computing({ needsApproval: state.includes('approval') });
    const original: (payload: unknown) => Promise<unknown> = world.tasks[name];
    const task = async (payload: { readonly step?: string }) => {
      if (payload.step === step) throw new TaskError(error, 'injected');
      return original(payload);
    };
    return { world, ...(await runOnce(world, { ...world.tasks, [name]: task })) };
  };

  it.each([
    ...['InvalidInputError', 'ConfigurationError', 'ModelRefusedError', 'UntrustedModelError'].map(
      (error) => [error, []] as const,
    ),
    ...['ConflictError', 'DependencyUnavailableError', 'Lambda.TooManyRequestsException'].map(
      (error) => [error, SIX] as const,
    ),
    ['TypeError', [5]] as const,
  ])('with %s is retried as often as that helps, recorded, and fails the workflow', async (error, waits) => {
    const { world, key, done } = await failing(error);
    expect(done).toMatchObject({ status: 'FAILED', error: 'TrainingFailed', waits });
    expect(done.trail.slice(-3)).toEqual([state, 'Record failure', 'Training failed']);
    const { status, explanation } = await world.run(key);
    expect(status).toBe('failed');
    expect(explanation).toContain(error);
    expect((await world.memory.book(SCOPE)).item.open).toBeNull();
  });
});

describe('a failure that cannot be recorded', () => {
  it('fails the workflow', async () => {
    const world = computing();
    const down = async () => {
      throw new DependencyUnavailableError('down');
    };
    const tasks = { ...world.tasks, TrainModelFunctionArn: down, RegisterModelFunctionArn: down };
    const { done } = await runOnce(world, tasks);
    expect(done).toMatchObject({ status: 'FAILED' });
    expect(done.trail.slice(-2)).toEqual(['Record failure', 'Training failed']);
  });
});

const FAULTS = ['before', 'after', 'twice'] as const;
type Fault = (typeof FAULTS)[number];

/** Disturbs the calls with these numbers. */
const faulty = (faults: ReadonlyMap<number, Fault>) => {
  let calls = 0;
  const disturb: Disturb = async (name, call) => {
    const fault = faults.get(calls++);
    if (fault === 'before') throw new DependencyUnavailableError(`${name} failed`);
    if (fault === 'twice') await call();
    const result = await call();
    if (fault === 'after') throw new DependencyUnavailableError(`${name} failed after its effect`);
    return result;
  };
  return { disturb, calls: () => calls };
};

const answering =
  (world: Computing): Answers =>
  () =>
    answerApproval(
      world.deps,
      { ...SCOPE, version: '0.1.0', answer: 'approved', by: ADA, reason: 'seen the card' },
      NOW,
    ).then(() => ({}));

const runWith = async (faults: ReadonlyMap<number, Fault>, options: ComputingOptions = {}) => {
  const { disturb, calls } = faulty(faults);
  const world = computing({ ...options, disturb });
  const { key, done } = await runOnce(world);
  return { world, key, done, calls: calls() };
};

describe('a training that is disturbed', () => {
  it('once, anywhere: makes one model and registers it once', async () => {
    const { calls } = await runWith(new Map());
    expect(calls).toBeGreaterThan(8);
    for (let at = 0; at < calls; at++)
      for (const fault of FAULTS) {
        const { world, done } = await runWith(new Map([[at, fault]]));
        expect([at, fault, done.status, done.output]).toMatchObject([
          ...[at, fault, 'SUCCEEDED'],
          { status: 'registered', version: '0.1.0' },
        ]);
        expect([at, fault, versions(world), registrations(world)]).toEqual([at, fault, ['0.1.0'], 1]);
      }
  }, 60_000);

  it('often: makes one model at most, and ends the training', async () => {
    const faults = fc.dictionary(fc.nat(25).map(String), fc.constantFrom(...FAULTS), { maxKeys: 12 });
    await fc.assert(
      fc.asyncProperty(faults, async (given) => {
        const map = new Map(Object.entries(given).map(([at, fault]) => [Number(at), fault]));
        const { world, key } = await runWith(map);
        expect(versions(world).length).toBeLessThanOrEqual(1);
        expect((await world.run(key)).endedAt).not.toBeNull();
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('an execution that is killed at any call, and redriven from its start', () => {
  it.each([false, true])(
    'registers one model once (with approval: %s)',
    async (needsApproval) => {
      for (let dies = 1; dies < 14; dies++) {
        const world = computing({ needsApproval });
        let left = dies;
        const mortal = Object.fromEntries(
          Object.entries(world.tasks).map(([name, task]) => [
            name,
            async (payload: never) => {
              if (left-- <= 0) throw new TaskError('States.Runtime', 'killed');
              return task(payload);
            },
          ]),
        );
        const key = await world.request();
        await execute(definition, key, mortal, answering(world));
        const done = await execute(definition, key, world.tasks, answering(world));
        expect([dies, done.status, done.output]).toMatchObject([dies, 'SUCCEEDED', { status: 'registered' }]);
        expect([dies, versions(world), registrations(world)]).toEqual([dies, ['0.1.0'], 1]);
      }
    },
    60_000,
  );
});
