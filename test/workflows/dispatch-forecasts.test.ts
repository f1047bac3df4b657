import { describe, expect, it } from 'vitest';
import { STATE_BYTES, TENANTS_PER_PAGE } from '../../core/forecasts/capacity/workflow-limits.ts';
import { RunInput } from '../../core/forecasts/runs/run-input.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { makeHandler as makeList } from '../../functions/forecasts/list-tenants/handler.ts';
import { memoryRegistry, watched } from '../fakes/metrics.ts';
import { recordedTelemetry } from '../fakes/shared.ts';
import { definitionOf } from './definition.ts';
import { execute, TaskError } from './interpreter.ts';

const definition = definitionOf('dispatch-forecasts');
const scheduled = { scheduledAt: '2026-11-21T10:05:00Z' };

interface Start {
  readonly StateMachineArn: string;
  readonly Name: string;
  readonly Input: unknown;
}

const world = (tenants: readonly string[] = ['acme', 'globex', 'initech']) => {
  const started = new Map<string, unknown>();
  const registry = memoryRegistry(tenants.map((tenantId) => watched('t', { tenantId })));
  const start = async ({ Name, Input }: Start) => {
    if (started.has(Name)) throw new TaskError('StepFunctions.ExecutionAlreadyExistsException', 'exists');
    started.set(Name, Input);
    return { ExecutionArn: `arn:${Name}` };
  };
  const list = makeList({ registry, spreadSeconds: 600, telemetry: recordedTelemetry().telemetry });
  return { started, start, tasks: { ListTenantsFunctionArn: list, ForecastFleetStateMachineArn: start } };
};

describe('dispatch-forecasts', () => {
  it('starts the run of every tenant under its own name', async () => {
    const { started, tasks } = world();
    const done = await execute(definition, scheduled, tasks);
    expect(done).toMatchObject({ status: 'SUCCEEDED' });
    expect([...started.keys()].map((name) => name.split('-')[0])).toEqual(['acme', 'globex', 'initech']);
    for (const [name, input] of started) {
      const { tenantId, runId, trigger, requestedAt } = RunInput.parse(input);
      expect(name).toBe(`${tenantId}-${runId}`);
      expect([trigger, requestedAt]).toEqual(['schedule', '2026-11-21T10:05:00.000Z']);
    }
  });

  it('starts nothing twice if the schedule is redelivered', async () => {
    const { started, tasks } = world();
    await execute(definition, scheduled, tasks);
    const again = await execute(definition, scheduled, tasks);
    expect(again).toMatchObject({ status: 'SUCCEEDED', waits: [] });
    expect(started.size).toBe(3);
  });

  it.each(['StepFunctions.ExecutionAlreadyExistsException', 'ExecutionAlreadyExists'])(
    'treats %s as a run in progress',
    async (name) => {
      const taken = async () => {
        throw new TaskError(name, 'exists');
      };
      const done = await execute(definition, scheduled, {
        ...world().tasks,
        ForecastFleetStateMachineArn: taken,
      });
      expect(done).toMatchObject({ status: 'SUCCEEDED', waits: [] });
    },
  );

  it('uses its own start time if the scheduled time is missing', async () => {
    const { started, tasks } = world(['acme']);
    await execute(definition, {}, tasks);
    expect([...started.keys()]).toEqual([expect.stringMatching(/^acme-2026-11-21T10-05-01Z-/)]);
  });

  it('starts more tenants than fit into the state, page by page, each once', async () => {
    const tenants = Array.from({ length: 2 * TENANTS_PER_PAGE + 7 }, (_, i) => `tenant-${1000 + i}`);
    const { started, tasks } = world(tenants);
    const sizes: number[] = [];
    const list = async (input: never) => {
      const page = await tasks.ListTenantsFunctionArn(input);
      sizes.push(JSON.stringify(page).length);
      return page;
    };
    const done = await execute(definition, scheduled, { ...tasks, ListTenantsFunctionArn: list });
    expect(done.status).toBe('SUCCEEDED');
    expect([...started.values()].map((input) => RunInput.parse(input).tenantId)).toEqual(tenants);
    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes)).toBeLessThan(STATE_BYTES / 2);
  });

  it('starts the pages after one with a tenant that cannot be started, and then fails', async () => {
    const tenants = Array.from({ length: TENANTS_PER_PAGE + 1 }, (_, i) => `tenant-${1000 + i}`);
    const { started, start, tasks } = world(tenants);
    const flaky = async (call: Start) => {
      if (call.Name.startsWith('tenant-1003')) throw new TaskError('StepFunctions.SdkClientException', 'no');
      return start(call);
    };
    const done = await execute(definition, scheduled, { ...tasks, ForecastFleetStateMachineArn: flaky });
    expect(done).toMatchObject({ status: 'FAILED', error: 'DispatchFailed' });
    expect(started.size).toBe(TENANTS_PER_PAGE);
  });

  it('succeeds without tenants', async () => {
    expect(await execute(definition, scheduled, world([]).tasks)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('starts the others if one tenant cannot be started, and then fails', async () => {
    const { started, start, tasks } = world();
    const flaky = async (call: Start) => {
      if (call.Name.startsWith('globex')) throw new TaskError('StepFunctions.SdkClientException', 'no');
      return start(call);
    };
    const done = await execute(definition, scheduled, { ...tasks, ForecastFleetStateMachineArn: flaky });
    expect(done).toMatchObject({ status: 'FAILED', error: 'DispatchFailed', waits: [2, 4, 8, 16, 32] });
    expect(started.size).toBe(2);
    expect(done.trail.slice(-3)).toEqual(['Remember failure', 'Are there more tenants', 'Dispatch failed']);
  });

  it('fails if the tenants cannot be listed', async () => {
    const down = async () => {
      throw new DependencyUnavailableError('listing tenants: throttled');
    };
    const done = await execute(definition, scheduled, { ...world().tasks, ListTenantsFunctionArn: down });
    expect(done).toMatchObject({
      status: 'FAILED',
      trail: ['Begin dispatch', 'List tenants', 'Dispatch failed'],
    });
  });
});
