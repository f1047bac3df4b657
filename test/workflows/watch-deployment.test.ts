import { describe, expect, it } from 'vitest';
import { ConflictError, DependencyUnavailableError, InvalidInputError } from '../../core/shared/errors.ts';
import { AT, deployedWorld, requests } from '../unit/changes/deployments/deployed-world.ts';
import { definitionOf } from './definition.ts';
import { execute, TaskError } from './interpreter.ts';

const definition = definitionOf('watch-deployment');
const instant = (minutes: number) => new Date((AT + minutes * 60 + 60) * 1000).toISOString();
const failing = (make: () => Error) => async () => {
  throw make();
};

const setup = async (slower = 1, failingPoints = 0) => {
  const world = deployedWorld({ 'acme web-1': requests(slower, failingPoints) });
  const { changeId } = await world.report({ version: '41', previousVersion: '40' });
  const [input] = world.started.values();
  const tasks = { CheckDeploymentFunctionArn: world.score, CloseDeploymentWatchFunctionArn: world.close };
  return { ...world, changeId, input, tasks, record: () => world.stored(changeId)!.record };
};

const CHECK = ['Wait for check', 'Check deployment', 'What comes next'];

describe('watch-deployment', () => {
  it('checks a good deployment four times, on schedule, and closes it as healthy', async () => {
    const { input, tasks, record, published } = await setup();
    const done = await execute(definition, input, tasks);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { health: 'healthy' }, waits: [] });
    expect(done.trail).toEqual([...CHECK, ...CHECK, ...CHECK, ...CHECK, 'Close watch', 'Watch closed']);
    expect(done.until).toEqual([5, 15, 30, 60].map(instant));
    expect(record()).toMatchObject({ health: 'healthy', checks: [{}, {}, {}, {}] });
    expect(published).toEqual([]);
  });

  it('takes the rollback branch if the health is low, and stops watching', async () => {
    const { input, tasks, record, published, changeId } = await setup(3, 8);
    const done = await execute(definition, input, tasks);
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { health: 'unhealthy' } });
    expect(done.trail.slice(-2)).toEqual(['Propose rollback', 'Rollback proposed']);
    expect(done.until.length).toBeLessThan(4);
    expect(record()).toMatchObject({ health: 'unhealthy', proposal: { from: '41', to: '40' } });
    expect(published).toMatchObject([
      { name: 'RemediationProposed', detail: { id: `RemediationProposed/acme/${changeId}` } },
    ]);
  });

  it('does nothing more if it is executed again', async () => {
    const { input, tasks, published, stored, changeId } = await setup(3, 8);
    await execute(definition, input, tasks);
    const before = stored(changeId);
    const again = await execute(definition, input, tasks);
    expect(again.trail.slice(-2)).toEqual(['Close watch', 'Watch closed']);
    expect(stored(changeId)).toEqual(before);
    expect(published).toHaveLength(1);
  });

  it('retries a store that is throttled, and continues', async () => {
    const { input, tasks } = await setup();
    let calls = 0;
    const flaky = async (event: unknown) => {
      if (++calls === 1) throw new DependencyUnavailableError('throttled');
      if (calls === 3) throw new ConflictError('changed meanwhile');
      if (calls === 5) throw new TaskError('Runtime.ExitError', 'out of memory');
      return tasks.CheckDeploymentFunctionArn(event);
    };
    const done = await execute(definition, input, { ...tasks, CheckDeploymentFunctionArn: flaky });
    expect(done).toMatchObject({ status: 'SUCCEEDED', waits: [2, 2, 5] });
  });

  it('records a deployment that cannot be scored as unknown, then fails', async () => {
    const { input, tasks, record, published } = await setup(3, 8);
    const down = failing(() => new DependencyUnavailableError('down'));
    const done = await execute(definition, input, { ...tasks, CheckDeploymentFunctionArn: down });
    expect(done).toMatchObject({ status: 'FAILED', error: 'DeploymentWatchFailed' });
    expect(done.trail.slice(-3)).toEqual(['Check deployment', 'Record failure', 'Watch failed']);
    expect(record()).toMatchObject({
      health: 'unknown',
      reason: 'the watch failed: DependencyUnavailableError',
    });
    expect(published).toEqual([]);
  });

  it('never retries input that can never succeed, and fails although nothing can be recorded', async () => {
    const { tasks } = await setup();
    const input = { tenantId: 'acme', changeId: 'unknown', check: 0, checkAt: instant(5) };
    const done = await execute(definition, input, tasks);
    expect(done).toMatchObject({ status: 'FAILED', waits: [] });
    expect(done.trail).toEqual(['Wait for check', 'Check deployment', 'Record failure', 'Watch failed']);
  });

  it.each([
    ['Propose rollback', 3],
    ['Close watch', 1],
  ])('"%s" that fails is recorded, with the verdict that was reached', async (state, slower) => {
    const { input, tasks, record, published } = await setup(slower, slower === 1 ? 0 : 8);
    let calls = 0;
    const once = async (event: unknown) => {
      if (++calls === 1) throw new InvalidInputError('not as expected');
      return tasks.CloseDeploymentWatchFunctionArn(event);
    };
    const done = await execute(definition, input, { ...tasks, CloseDeploymentWatchFunctionArn: once });
    expect(done.trail.slice(-3)).toEqual([state, 'Record failure', 'Watch failed']);
    expect(record().health).toBe(slower === 1 ? 'unknown' : 'unhealthy');
    expect(published).toHaveLength(slower === 1 ? 0 : 1);
  });

  it('fails if it was started with other input', async () => {
    const { tasks } = await setup();
    const done = await execute(definition, { tenantId: 'acme', checkAt: 'soon' }, tasks);
    expect(done.status).toBe('FAILED');
  });
});
