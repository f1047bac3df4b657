import { describe, expect, it } from 'vitest';
import { ActionList } from '../../../../core/remediation/api/actions.ts';
import { DecisionPage, DecisionView } from '../../../../core/remediation/api/decisions.ts';
import { Autonomy } from '../../../../core/remediation/api/policies.ts';
import { Recommendations } from '../../../../core/remediation/api/recommendations.ts';
import { RemediationPage, RemediationView } from '../../../../core/remediation/api/remediations.ts';
import { RemediationReport } from '../../../../core/remediation/api/report.ts';
import { planHash } from '../../../../core/remediation/plan.ts';
import { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import type { Verification } from '../../../../core/remediation/remediation.ts';
import { NO_RECORD } from '../../../../core/remediation/track-record.ts';
import { askedRun, doneRun } from '../approval/asked-world.ts';
import { decision } from '../audit/decision-samples.ts';
import { NOW, samplePlan, samplePolicy } from '../stored-samples.ts';
import { CEILING, remediationApi } from './remediation-api.ts';

const FACTORS = {
  ...{ likely: 0.9, works: 0.8, inTime: 1, safe: 1, reversible: 1, cheap: 1, small: 1, direct: 1 },
};
const recommended = (over: Parameters<typeof samplePlan>[0], factors: Partial<typeof FACTORS> = {}) => ({
  ...{ plan: samplePlan(over), horizon: 'immediate', score: 0.7, factors: { ...FACTORS, ...factors } },
  ...{ confidence: 0.87, expectedSuccess: 0.8, why: ['cpu rises'], how: ['one more instance'] },
});
const dear = recommended({ resource: 'auto-scaling-group:dear' }, { cheap: 0.3 });
const slow = recommended({ resource: 'auto-scaling-group:slow' }, { inTime: 0.35 });

/** A tenant that chose among two recommendations. */
const chosen = async () => {
  const api = await remediationApi([doneRun()]);
  const { head } = await api.store.state('acme');
  const inputs = { cpu: 96 };
  const inputsHash = await api.inputs.put('acme', inputs);
  const choice = { outcome: 'ask', recommendations: [slow, dear], explanation: 'x' };
  await api.store.commit({
    ...{ tenantId: 'acme', head },
    decisions: [
      decision({ kind: 'approval-asked' }),
      decision({ kind: 'plan-chosen', inputsHash, outcome: JSON.parse(JSON.stringify(choice)) }),
    ],
  });
  return { api, inputs };
};

describe('remediations', () => {
  it('are listed with what people have to know, and filtered', async () => {
    const waiting = askedRun({ remediationId: 'r-2', startedAt: NOW + 10 });
    const api = await remediationApi([doneRun(), waiting]);
    const list = async (query = '') =>
      RemediationPage.parse((await api.send('key', 'GET', `/v1/remediations${query}`)).body).items;
    expect((await list()).map(({ id }) => id)).toEqual(['r-2', 'r-1']);
    expect(await list('?status=awaiting-approval')).toMatchObject([
      {
        ...{ id: 'r-2', action: 'scale-out-group', change: 'desired capacity 5 → 6', risk: 'low' },
        ...{ planHash: waiting.planHash, answerBy: '2026-11-21T10:35:00.000Z', dryRun: false },
      },
    ]);
    expect(await list('?target=web-2')).toEqual([]);
    expect(await list('?target=web-1&environment=shop&limit=1')).toHaveLength(1);
    expect((await api.send('theirs', 'GET', '/v1/remediations')).body.items).toEqual([]);
  });

  it('show everything that an approval covers, and no secret', async () => {
    const calls = [
      { service: 'autoscaling', operation: 'SetDesiredCapacity', input: { DesiredCapacity: 6 } },
    ];
    const api = await remediationApi([askedRun({ calls })]);
    const { body } = await api.send('key', 'GET', '/v1/remediations/r-1');
    const { plan } = RemediationView.parse(body);
    const own = samplePlan();
    expect(plan).toMatchObject({
      ...{ calls, parameters: own.parameters, change: own.change, cost: own.cost, expectedSuccess: 0.8 },
      ...{ hash: planHash(own), resource: own.resource, reversibility: 'undo', policyVersion: 2 },
      undo: expect.stringMatching(/^can be undone/),
      withoutAnswer: expect.stringMatching(/^nothing is changed/),
    });
    expect(JSON.stringify(body)).not.toContain('secret-token');
    expect((await api.send('theirs', 'GET', '/v1/remediations/r-1')).status).toBe(404);
  });
});

describe('recommendations', () => {
  const get = async (query: string) => {
    const { api } = await chosen();
    return Recommendations.parse((await api.send('key', 'GET', `/v1/recommendations?${query}`)).body);
  };

  it('are those that were recorded, in the order from which was chosen', async () => {
    expect(await get('target=web-1')).toMatchObject({
      ...{ remediation: 'r-1', items: [{ resource: slow.plan.resource }, { resource: dear.plan.resource }] },
    });
    expect(await get('target=web-2')).toMatchObject({
      items: [],
      explanation: expect.stringContaining('has considered'),
    });
  });

  it('change their order and words for a reader, and never their plans', async () => {
    const cheap = await get('target=web-1&preference=cheap');
    const fast = await get('target=web-1&preference=fast&role=viewer');
    const [first, last] = [slow.plan.resource, dear.plan.resource];
    expect(cheap.items.map(({ resource }) => resource)).toEqual([first, last]);
    expect(fast.items.map(({ resource }) => resource)).toEqual([last, first]);
    const hashes = [planHash(dear.plan), planHash(slow.plan)].sort();
    for (const { items } of [cheap, fast]) expect(items.map((each) => each.planHash).sort()).toEqual(hashes);
    expect(fast.items[0]?.how.join(' ')).toContain('Ask an operator');
  });
});

describe('autonomy', () => {
  const policy = RemediationPolicy.parse({
    ...samplePolicy,
    environments: { shop: { stage: 'automatic' } },
    resources: [
      {
        ...samplePolicy.resources[0],
        actions: [
          { action: 'scale-out-group', parameters: { add: 1, max: 10 } },
          { action: 'scale-in-group', parameters: { min: 2 } },
        ],
      },
    ],
  });

  it('shows the stage in force, the evidence, and what is missing', async () => {
    const api = await remediationApi([], policy);
    const get = async () => Autonomy.parse((await api.send('key', 'GET', '/v1/autonomy')).body);
    const before = await get();
    expect(before.environments).toMatchObject([
      {
        ...{ environment: 'shop', stage: 'automatic', deploymentStage: CEILING.maxStage },
        actions: [
          { action: 'scale-in-group', stage: 'approve', missing: expect.stringContaining('risk is medium') },
          { action: 'scale-out-group', stage: 'approve', earned: false, succeeded: 0 },
        ],
      },
    ]);
    const outcomes = Array.from({ length: 20 }, (_, index) => ({
      ...{ remediationId: `r-${index}`, action: 'scale-out-group', profile: 'web', alertType: 'cpu-high' },
      ...{ environment: 'shop', result: 'succeeded', at: NOW - 1000 * index, seconds: 60 },
    }));
    const { head, track } = await api.store.state('acme');
    await api.store.commit({
      ...{ tenantId: 'acme', head, decisions: [] },
      track: { item: { ...NO_RECORD, outcomes: outcomes.reverse() as never }, revision: track.revision },
    });
    const [, scaleOut] = (await get()).environments[0]!.actions;
    expect(scaleOut).toMatchObject({ stage: 'automatic', earned: true, succeeded: 20, failed: 0 });
    expect(scaleOut?.missing).toBeUndefined();
  });
});

describe('the catalogue, the report and the decisions', () => {
  it('lists every action with the schema of its parameters', async () => {
    const api = await remediationApi();
    const { items } = ActionList.parse((await api.send('key', 'GET', '/v1/actions')).body);
    expect(items.length).toBeGreaterThanOrEqual(25);
    const scaleOut = items.find(({ id }) => id === 'scale-out-group');
    expect(scaleOut).toMatchObject({ deployed: true, parameters: { type: 'object', required: ['max'] } });
    expect(items.filter(({ deployed }) => deployed)).toHaveLength(1);
  });

  it('reports what remediations achieved', async () => {
    const verification: Verification = {
      ...{ verdict: 'avoided', probabilityAvoided: 0.9, points: 12, newestAt: NOW, evidence: [], at: NOW },
    };
    const api = await remediationApi([doneRun({ verification }), askedRun({ remediationId: 'r-2' })]);
    const report = RemediationReport.parse((await api.send('key', 'GET', '/v1/remediation-report')).body);
    expect(report).toMatchObject({
      ...{ considered: 2, predictions: 1, predictionsActedUpon: 1, breachesAvoided: 1, expectedAvoided: 0.9 },
    });
  });

  it('shows decisions in the order of their chain, with their inputs', async () => {
    const { api, inputs } = await chosen();
    const page = DecisionPage.parse((await api.send('key', 'GET', '/v1/decisions?limit=1')).body);
    expect(page).toMatchObject({ items: [{ sequence: 1, kind: 'approval-asked' }], head: { sequence: 2 } });
    const rest = DecisionPage.parse((await api.send('key', 'GET', '/v1/decisions?after=1')).body);
    expect(rest.items.map(({ sequence }) => sequence)).toEqual([2]);
    const about = await api.send('key', 'GET', '/v1/decisions?remediation=r-1');
    expect(DecisionPage.parse(about.body).items).toHaveLength(2);
    expect((await api.send('key', 'GET', '/v1/decisions?remediation=r-9')).body.items).toEqual([]);
    const one = DecisionView.parse((await api.send('key', 'GET', '/v1/decisions/2')).body);
    expect(one).toMatchObject({ decision: { kind: 'plan-chosen' }, inputs });
    expect(one).not.toHaveProperty('diagnosisInputs');
    expect((await api.send('key', 'GET', '/v1/decisions/3')).status).toBe(404);
    expect((await api.send('theirs', 'GET', '/v1/decisions/2')).status).toBe(404);
  });

  it('shows the inputs of the diagnosis that a decision rests on, if asked for', async () => {
    const api = await remediationApi();
    const { head } = await api.store.state('acme');
    const inputsHash = await api.inputs.put('acme', { targets: [] });
    const inputs = { diagnosis: { inputsHash, report: {} } };
    const chosen = decision({ kind: 'plan-chosen', inputsHash: await api.inputs.put('acme', inputs) });
    await api.store.commit({ tenantId: 'acme', head, decisions: [chosen, decision()] });
    const get = async (path: string) =>
      DecisionView.parse((await api.send('key', 'GET', `/v1/decisions/${path}`)).body);
    expect(await get('1?diagnosis=true')).toMatchObject({ inputs, diagnosisInputs: { targets: [] } });
    expect(await get('1')).not.toHaveProperty('diagnosisInputs');
    expect(await get('2?diagnosis=true')).not.toHaveProperty('diagnosisInputs');
    expect((await api.send('key', 'GET', '/v1/decisions/1?diagnosis=maybe')).status).toBe(400);
  });
});
