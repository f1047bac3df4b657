import { describe, expect, it } from 'vitest';
import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import type { Cause } from '../../../../core/remediation/cause.ts';
import { ChoiceInputs } from '../../../../core/remediation/choosing/choice-inputs.ts';
import { chooseAction } from '../../../../core/remediation/choosing/choose-action.ts';
import { NotManagedError } from '../../../../core/remediation/errors.ts';
import { ForecastEvidence } from '../../../../core/remediation/gathering/forecast-paths.ts';
import { gatherChoice } from '../../../../core/remediation/gathering/gather-choice.ts';
import { errorBudgetReader } from '../../../../core/remediation/gathering/read-error-budget.ts';
import { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import type { ResourceCall } from '../../../../core/remediation/ports.ts';
import { KNOWN } from '../../../../core/remediation/recommendation/catalogue-knowledge.ts';
import { ConfigurationError, DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { inParallel } from '../../../../core/shared/in-parallel.ts';
import { memoryBlocks, watched } from '../../../fakes/metrics.ts';
import {
  memoryDecisionInputs,
  memoryRemediationStore,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { NOW, sampleLedger } from '../stored-samples.ts';
import {
  breach,
  deployment,
  type Facts,
  forecast,
  GROUP,
  incident,
  policy,
  report,
  sourcesOf,
  TENANT,
} from './gathering-world.ts';

const BREACH: Cause = {
  kind: 'predicted-breach',
  targetId: 'web-1',
  metric: 'cpu_percent',
  since: NOW - 600,
};
const REQUEST: Cause = {
  ...{ kind: 'request', requestId: 'q-1', action: 'scale-out-group', resource: GROUP },
  ...{ reason: 'launch day', requestedBy: 'ada' },
};
const STATE = { desired: 5, min: 1, max: 10, inService: 5 };
const facts: Facts = { breaches: [breach()], forecasts: [forecast(), forecast({ targetId: 'web-9' })] };

interface Given {
  readonly facts?: Facts;
  readonly cause?: Cause;
  readonly policy?: RemediationPolicy | undefined;
  readonly ceiling?: readonly string[];
  readonly metrics?: Parameters<typeof memoryBlocks>[0];
  readonly read?: (call: ResourceCall) => Promise<typeof STATE>;
}

const gather = async (given: Given = {}) => {
  const { sources } = await sourcesOf(given.facts ?? facts);
  const inputs = memoryDecisionInputs();
  const memory = remediationMemory();
  const own = memory.of(TENANT);
  own.policy = { item: 'policy' in given ? given.policy : policy, revision: 3 };
  own.ledgers.set('shop', { item: sampleLedger, revision: 1 });
  const store = memoryRemediationStore(memory);
  const calls: ResourceCall[] = [];
  const deps = {
    errorBudget: errorBudgetReader({
      blocks: memoryBlocks(given.metrics ?? {}),
      registry: sources.registry,
    }),
    ...{ ...sources, store, inputs, inParallel, findAction, findRemedies: KNOWN.findRemedies },
    ceiling: {
      ...{ maxStage: 'automatic' as const, actions: [...(given.ceiling ?? ['scale-out-group'])] },
      ...{ maxUnitsPerRun: 5, maxActionsPerHour: 10 },
    },
    resources: {
      read: async (call: ResourceCall) => {
        calls.push(call);
        return given.read === undefined ? STATE : given.read(call);
      },
    },
  };
  const beginning = {
    ...{ tenantId: TENANT, remediationId: 'r-1', cause: given.cause ?? BREACH, isDryRun: false },
    ...{ startedAt: NOW - 10, workflowVersion: '1' },
  };
  const gathered = await gatherChoice(deps, beginning, { state: await store.state(TENANT), now: NOW });
  return { gathered, calls, inputs };
};

/** Fails unless everything that is known was gathered, as the record takes it. */
const complete = async (given: Given = {}) => {
  const { gathered, calls, inputs } = await gather(given);
  if (!('inputs' in gathered)) throw new Error(`waits until ${gathered.waitUntil}`);
  const recorded =
    gathered.evidenceHash === null ? undefined : await inputs.get(TENANT, gathered.evidenceHash);
  return { inputs: ChoiceInputs.parse(gathered.inputs), calls, evidence: recorded };
};

const resource = (id: string, environment: string, targets: readonly string[]) => ({
  ...{ resource: id, environment, targets },
  actions: [{ action: 'scale-out-group', parameters: { add: 1, max: 10 } }],
});
const managing = (...resources: readonly object[]) =>
  RemediationPolicy.parse({ environments: policy.environments, resources });

describe('what a choice depends on', () => {
  it('is recorded whole: problem, policy, ledger, ceiling and the state of each resource', async () => {
    const { inputs, calls } = await complete();
    expect(inputs).toMatchObject({
      ...{ environment: 'shop', profile: 'web', policyVersion: 3, problem: { alertType: 'cpu-high' } },
      world: {
        ...{ phase: 'choosing', now: NOW, policyVersion: 3, killSwitch: null, ledger: sampleLedger },
        ceiling: { actions: ['scale-out-group'] },
      },
      candidates: [{ resource: GROUP, action: 'scale-out-group', reading: { state: STATE } }],
    });
    expect(inputs.world.policy).toEqual(policy);
    expect(calls).toMatchObject([
      { resource: GROUP, owner: { tenantId: TENANT, environment: 'shop' }, remediationId: 'r-1' },
    ]);
    expect(chooseAction(inputs)).toMatchObject({ plan: { resource: GROUP, policyVersion: 3 } });
  });

  it('includes the forecasts before the action, of targets and peers', async () => {
    const { evidence } = await complete();
    const { paths, ...rest } = ForecastEvidence.parse(evidence);
    expect(rest).toEqual({
      ...{ metric: 'cpu_percent', troubleSince: NOW - 600, model: 'ensemble-1' },
      threshold: { direction: 'above', limit: 95 },
    });
    expect(paths.map(({ targetId }) => targetId)).toEqual(['web-1', 'web-9']);
    expect(paths[0]!.path).toMatchObject({
      issuedAt: NOW - 300,
      quantiles: [
        [80, 82],
        [85, 90],
        [90, 99],
      ],
    });
    expect(paths[0]!.path.breachProbability).toBeLessThan(0.98);
  });

  it('takes the limit of an incident from the forecast, and none without one', async () => {
    const cause: Cause = { kind: 'incident', incidentId: 'i-1', reopened: 0 };
    const told = { incidents: [incident({ startedAt: NOW - 900.5 })], reports: [report()] };
    const withForecast = await complete({ cause, facts: { ...told, forecasts: [forecast()] } });
    expect(withForecast.inputs.problem).toMatchObject({ threshold: { direction: 'above', limit: 95 } });
    expect(ForecastEvidence.parse(withForecast.evidence).troubleSince).toBe(NOW - 901);
    const without = await complete({ cause, facts: told });
    expect(without.inputs.problem).toMatchObject({ threshold: null });
    expect(ForecastEvidence.parse(without.evidence)).toMatchObject({ paths: [], model: null });
  });

  it('has no forecast that verification could not read, or of another metric or tenant', async () => {
    const [own] = forecast().metrics;
    const bent = (over: object) =>
      forecast({ metrics: [{ ...own!, forecast: { ...own!.forecast, ...over } }] });
    const useless = [
      bent({ quantiles: own!.forecast.quantiles.slice(1) }),
      bent({ stepSeconds: 0 }),
      bent({ quantiles: own!.forecast.quantiles.map(() => Float64Array.from([Number.NaN, 1])) }),
      forecast({ metrics: [{ ...own!, metric: 'memory_percent' }] }),
      forecast({ tenantId: 'globex' }),
    ];
    for (const each of useless) {
      const { evidence } = await complete({ facts: { breaches: [breach()], forecasts: [each] } });
      expect(ForecastEvidence.parse(evidence)).toMatchObject({ paths: [], threshold: null });
    }
  });

  it('includes a forecast without a threshold or a risk', async () => {
    const [own] = forecast().metrics;
    const unjudged = forecast({ metrics: [{ ...own!, threshold: null, breach: null }] });
    const { evidence } = await complete({ facts: { breaches: [breach()], forecasts: [unjudged] } });
    expect(ForecastEvidence.parse(evidence)).toMatchObject({
      ...{ threshold: null, paths: [{ path: { breachProbability: null } }] },
    });
  });

  it('has no forecasts if no metric shows the problem', async () => {
    const cause: Cause = { kind: 'unhealthy-deployment', changeId: 'c-1', targetId: 'web-1' };
    const { inputs, evidence } = await complete({ cause, facts: { changes: [deployment()], targets: [] } });
    expect(evidence).toBeUndefined();
    expect(inputs).toMatchObject({ profile: 'generic', deployment: { deployed: '2', previous: '1' } });
  });

  it('waits for what will be known', async () => {
    const cause: Cause = { kind: 'incident', incidentId: 'i-1', reopened: 0 };
    const { gathered, calls } = await gather({ cause, facts: { incidents: [incident()] } });
    expect(gathered).toEqual({ waitUntil: NOW + 15 });
    expect(calls).toEqual([]);
  });

  it('is recorded too if there is nothing to act on, and nothing is read', async () => {
    const { inputs, calls, evidence } = await complete({ facts: {} });
    expect(inputs).toMatchObject({
      ...{ environment: null, candidates: [], problem: { absent: expect.stringContaining('ended') } },
      world: { ledger: { entries: [] } },
    });
    expect([calls, evidence]).toEqual([[], undefined]);
    expect(chooseAction(inputs)).toMatchObject({ outcome: 'nothing', plan: null });
  });

  it('without a policy has no candidates', async () => {
    const { inputs, calls } = await complete({ policy: undefined });
    expect(inputs).toMatchObject({ environment: null, candidates: [], world: { policy: null } });
    expect(calls).toEqual([]);
  });
});

describe('the candidates', () => {
  it('are resources of the affected targets in one environment', async () => {
    const given = managing(
      resource('auto-scaling-group:a', 'lab', ['db-1']),
      resource('auto-scaling-group:b', 'shop', ['web-1', 'web-2']),
      resource('auto-scaling-group:c', 'lab', ['web-1']),
    );
    const { inputs } = await complete({ policy: given });
    expect(inputs.candidates.map((each) => each.resource)).toEqual(['auto-scaling-group:b']);
    expect(inputs.environment).toBe('shop');
  });

  it('of a request are its resource and its action only', async () => {
    const two = {
      ...resource(GROUP, 'shop', ['web-1']),
      actions: [
        { action: 'scale-in-group', parameters: { remove: 1, min: 1 } },
        { action: 'scale-out-group', parameters: { add: 1, max: 10 } },
      ],
    };
    const given = managing(resource('auto-scaling-group:b', 'shop', ['web-1']), two);
    const { inputs } = await complete({ cause: REQUEST, policy: given });
    expect(inputs.candidates.map((each) => [each.resource, each.action])).toEqual([
      [GROUP, 'scale-out-group'],
    ]);
  });

  it('are only actions that help against the problem, unless a person asks', async () => {
    const actions = [{ action: 'refresh-group', parameters: {} }];
    const given = managing({ ...resource(GROUP, 'shop', ['db-1', 'web-1']), actions });
    const own: Cause = {
      kind: 'predicted-breach',
      targetId: 'web-1',
      metric: 'disk_used_percent',
      since: NOW - 600,
    };
    const told = { breaches: [breach({ metric: 'disk_used_percent' })], targets: [watched('web-1')] };
    expect((await complete({ policy: given, cause: own, facts: told })).inputs.candidates).toEqual([]);
    const asked = await complete({ policy: given, cause: { ...REQUEST, action: 'refresh-group' } });
    expect(asked.inputs.candidates).toHaveLength(1);
  });

  it.each([
    ['the catalogue does not have', { action: 'no-such-action', parameters: {} }],
    ['has parameters that the action refuses', { action: 'scale-out-group', parameters: { add: -1 } }],
  ])('leave out an action that %s', async (_, action) => {
    const given = managing({ ...resource(GROUP, 'shop', ['web-1']), actions: [action] });
    const { inputs, calls } = await complete({ cause: { ...REQUEST, action: action.action }, policy: given });
    expect([inputs.candidates, calls]).toEqual([[], []]);
  });

  it('that the stage does not deploy say so, and are not read', async () => {
    const { inputs, calls } = await complete({ ceiling: [] });
    expect(inputs.candidates).toMatchObject([
      { reading: { unreadable: 'the stage does not deploy scale-out-group: add it to remediation.actions' } },
    ]);
    expect(calls).toEqual([]);
    expect(chooseAction(inputs)).toMatchObject({ outcome: 'nothing' });
  });

  it.each([
    new NotManagedError('its tags name another tenant'),
    new DependencyUnavailableError('Auto Scaling does not answer'),
  ])('that cannot be read say why, and the others stay: %s', async (error) => {
    const given = managing(
      resource('auto-scaling-group:a', 'shop', ['web-1']),
      resource('auto-scaling-group:b', 'shop', ['web-1']),
    );
    const read = async (call: ResourceCall) => {
      if (call.resource === 'auto-scaling-group:a') throw error;
      return STATE;
    };
    const { inputs } = await complete({ policy: given, read });
    expect(inputs.candidates).toMatchObject([
      { reading: { unreadable: error.message } },
      { reading: { state: STATE } },
    ]);
    expect(chooseAction(inputs)).toMatchObject({ plan: { resource: 'auto-scaling-group:b' } });
  });

  it('end the choice if the reading fails for any other reason', async () => {
    const read = async () => {
      throw new ConfigurationError('no role');
    };
    await expect(gather({ read })).rejects.toThrow('no role');
  });

  it('are at most a hundred', async () => {
    const many = Array.from({ length: 120 }, (_, n) =>
      resource(`auto-scaling-group:g${n}`, 'shop', ['web-1']),
    );
    const { inputs, calls } = await complete({ policy: managing(...many) });
    expect([inputs.candidates.length, calls.length]).toEqual([100, 100]);
  });

  it('are recorded with the forecasts of at most ten peers', async () => {
    const peers = Array.from({ length: 30 }, (_, n) => `peer-${n}`);
    const given = managing({ ...resource(GROUP, 'shop', ['web-1']), peers });
    const forecasts = peers.map((targetId) => forecast({ targetId }));
    const { evidence } = await complete({ policy: given, facts: { breaches: [breach()], forecasts } });
    expect(ForecastEvidence.parse(evidence).paths.map(({ targetId }) => targetId)).toEqual(
      peers.slice(0, 10),
    );
  });
});

describe('the error budget of a choice', () => {
  /** Of the measurements of the last 48 hours, every second one is too slow. */
  const latency_ms = Array.from(
    { length: 48 },
    (_, hour) => [NOW - (48 - hour) * 3600, hour % 2 === 0 ? 300 : 500] as const,
  );
  const metrics = { [`${TENANT} web-1`]: { latency_ms } };
  const objective = {
    ...{ name: 'fast answers', target: 'web-1', metric: 'latency_ms', objective: 0.75 },
    threshold: { direction: 'above', limit: 400 },
  };
  const promising = (...objectives: readonly object[]) => RemediationPolicy.parse({ ...policy, objectives });

  it('is that of the affected targets, from what was measured', async () => {
    const { inputs } = await complete({ metrics, policy: promising(objective) });
    expect(inputs.world.errorBudget).toEqual({
      ...{ remaining: -1, objective: 'fast answers', measured: 48, bad: 24 },
    });
  });

  it('is unknown without an objective, without measurements, and without a problem', async () => {
    expect((await complete({ metrics })).inputs.world.errorBudget).toBeNull();
    expect((await complete({ policy: promising(objective) })).inputs.world.errorBudget).toBeNull();
    const over = { metrics, facts: {}, policy: promising(objective) };
    expect((await complete(over)).inputs.world.errorBudget).toBeNull();
  });
});
