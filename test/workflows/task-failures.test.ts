/** Every task of every workflow, with every error that it retries or catches. */
import { describe, expect, it } from 'vitest';
import { type Definition, definitionOf } from './definition.ts';
import { execute, TaskError, type Tasks } from './interpreter.ts';

const NEVER_RETRIED = ['InvalidInputError', 'ConfigurationError'];
const RETRIED_SIX_TIMES = [
  'DependencyUnavailableError',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];
const RETRIED_ONCE = ['States.Timeout', 'TypeError'];
const SIX_WAITS = [2, 4, 8, 16, 32, 60];
/** A batch waits for minutes, until the runs of other tenants need less of a limited concurrency. */
const BATCH_WAITS = [5, 12.5, 31.25, 78.125, 195.3125, 300];

const run = { tenantId: 'acme', runId: 'r', trigger: 'schedule', batchCount: 1 };
const plan = async () => ({ ...run, batches: [{ batchKey: 'k', index: 0 }] });
const closed = async () => ({ status: 'PARTIAL' });
const forecast = {
  PlanForecastRunFunctionArn: plan,
  ForecastBatchFunctionArn: async () => ({}),
  CloseForecastRunFunctionArn: closed,
};
const check = { tenantId: 'acme', changeId: 'c', check: 0, checkAt: '2026-11-21T10:05:00Z' };
const watch = (next: string) => ({
  CheckDeploymentFunctionArn: async () => ({ ...check, next }),
  CloseDeploymentWatchFunctionArn: async () => ({ health: 'unknown' }),
});

interface Case {
  readonly machine: string;
  readonly task: string;
  /** The function that fails. */
  readonly fails: string;
  readonly tasks: Tasks;
  readonly input: unknown;
  /** The states after the failed one. */
  readonly after: readonly string[];
  readonly conflicts?: true;
}

const CASES: readonly Case[] = [
  {
    machine: 'dispatch-forecasts',
    task: 'List tenants',
    fails: 'ListTenantsFunctionArn',
    tasks: {},
    input: {},
    after: ['Dispatch failed'],
  },
  {
    machine: 'forecast-fleet',
    task: 'Plan run',
    fails: 'PlanForecastRunFunctionArn',
    tasks: forecast,
    input: run,
    after: ['Record failure', 'Run failed'],
  },
  {
    machine: 'forecast-fleet',
    task: 'Forecast batches/Forecast batch',
    fails: 'ForecastBatchFunctionArn',
    tasks: forecast,
    input: run,
    after: ['Forecast batches/Batch lost', 'Close run', 'Did all batches finish', 'Run partial'],
  },
  {
    machine: 'watch-deployment',
    task: 'Check deployment',
    fails: 'CheckDeploymentFunctionArn',
    tasks: watch('close'),
    input: check,
    after: ['Record failure', 'Watch failed'],
    conflicts: true,
  },
];

const failWith = async ({ machine, fails, tasks, input }: Case, error: string) => {
  const failing = async () => {
    throw new TaskError(error, 'injected');
  };
  return execute(definitionOf(machine), input, { ...tasks, [fails]: failing });
};

describe.each(CASES)('$machine: $task', (each) => {
  const { task, after, conflicts } = each;

  it.each(NEVER_RETRIED)('is not retried after %s', async (error) => {
    const done = await failWith(each, error);
    expect(done.waits).toEqual([]);
    expect(done.trail.slice(done.trail.indexOf(task) + 1)).toEqual(after);
  });

  it.each([...RETRIED_SIX_TIMES, ...(conflicts ? ['ConflictError'] : [])])(
    'is retried six times after %s, with growing pauses',
    async (error) => {
      const done = await failWith(each, error);
      expect(done.waits).toEqual(task.endsWith('Forecast batch') ? BATCH_WAITS : SIX_WAITS);
      expect(done.trail.slice(done.trail.indexOf(task) + 1)).toEqual(after);
    },
  );

  it.each(RETRIED_ONCE)('is retried once after %s', async (error) => {
    const done = await failWith(each, error);
    expect(done.waits).toEqual([5]);
    expect(done.trail.slice(done.trail.indexOf(task) + 1)).toEqual(after);
  });
});

/** Fails only the calls that `concerns` selects: one function serves several states. */
const failSome = async (
  definition: Definition,
  input: unknown,
  tasks: Tasks,
  [name, concerns]: readonly [string, (payload: { readonly error?: unknown }) => boolean],
  error: string,
) => {
  const original = tasks[name]!;
  const selective = async (payload: never) => {
    if (concerns(payload)) throw new TaskError(error, 'injected');
    return original(payload);
  };
  return execute(definition, input, { ...tasks, [name]: selective });
};

const isWork = ({ error }: { readonly error?: unknown }) => error === undefined;
const always = () => true;
const CLOSING = [
  ['forecast-fleet', 'Close run', forecast, run, 'CloseForecastRunFunctionArn', 'Run failed'],
  [
    'watch-deployment',
    'Close watch',
    watch('close'),
    check,
    'CloseDeploymentWatchFunctionArn',
    'Watch failed',
  ],
  [
    'watch-deployment',
    'Propose rollback',
    watch('roll-back'),
    check,
    'CloseDeploymentWatchFunctionArn',
    'Watch failed',
  ],
] as const;

describe.each(CLOSING)('%s: %s', (machine, task, tasks, input, name, failed) => {
  const definition = definitionOf(machine);

  it.each([
    ...NEVER_RETRIED.map((error) => [error, []] as const),
    ...RETRIED_SIX_TIMES.map((error) => [error, SIX_WAITS] as const),
    ...RETRIED_ONCE.map((error) => [error, [5]] as const),
  ])('records the failure after %s', async (error, waits) => {
    const done = await failSome(definition, input, tasks, [name, isWork], error);
    expect(done).toMatchObject({ status: 'FAILED', waits });
    expect(done.trail.slice(done.trail.indexOf(task))).toEqual([task, 'Record failure', failed]);
  });

  it('retries recording the failure, and fails even if that fails', async () => {
    const done = await failSome(definition, input, tasks, [name, always], 'DependencyUnavailableError');
    expect(done).toMatchObject({ status: 'FAILED', waits: [...SIX_WAITS, ...SIX_WAITS] });
    expect(done.trail.slice(-2)).toEqual(['Record failure', failed]);
  });
});

describe('maps whose items cannot be evaluated', () => {
  it('fail the dispatch', async () => {
    const tasks = { ListTenantsFunctionArn: async () => ({ last: '', isMore: false }) };
    const done = await execute(definitionOf('dispatch-forecasts'), {}, tasks);
    expect(done).toMatchObject({ status: 'FAILED', error: 'DispatchFailed' });
    expect(done.trail).toEqual(['Begin dispatch', 'List tenants', 'Start forecast runs', 'Dispatch failed']);
  });

  it('are recorded as the failure of the forecast run', async () => {
    const tasks = { ...forecast, PlanForecastRunFunctionArn: async () => run };
    const done = await execute(definitionOf('forecast-fleet'), run, tasks);
    expect(done.trail).toEqual([
      'Has start time',
      'Plan run',
      'Forecast batches',
      'Record failure',
      'Run failed',
    ]);
  });
});
