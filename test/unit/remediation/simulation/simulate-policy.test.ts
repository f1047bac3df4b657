import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { previewOnly } from '../../../../adapters/remediation/resources/preview-only.ts';
import type { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import { KNOWN } from '../../../../core/remediation/recommendation/catalogue-knowledge.ts';
import { resourceCall } from '../../../../core/remediation/runs/act-on.ts';
import { RULES } from '../../../../core/remediation/runs/stage-rules.ts';
import { recordedRuns } from '../../../../core/remediation/simulation/recorded-runs.ts';
import { simulatePolicy } from '../../../../core/remediation/simulation/simulate-policy.ts';
import { group, problem } from '../recommendation/samples.ts';
import {
  CARRIED_OUT,
  choiceAt,
  GROUP,
  HOUR,
  NOW,
  policyWith,
  type Recorded,
  recordedPolicy,
  recordOf,
  type Step,
} from './record-samples.ts';

const resources = previewOnly({ region: 'eu-west-1', account: '123456789012' });

const simulated = async (record: Recorded, policy: RemediationPolicy, approveAll = false) => {
  const preview = (plan: Parameters<typeof resourceCall>[1]) =>
    resources.preview(resourceCall({ rules: RULES }, plan), plan.change);
  return simulatePolicy(
    { policy, approveAll, known: KNOWN, preview },
    recordedRuns(record.decisions, record.inputs),
  );
};
const one = async (record: Recorded, policy: RemediationPolicy, approveAll = false) => {
  const [found, another] = await simulated(record, policy, approveAll);
  if (found === undefined || another !== undefined) throw new TypeError('expected one remediation');
  return found;
};
const ends = (found: Awaited<ReturnType<typeof simulated>>) => found.map((each) => each.simulated.end);

const carriedOut = recordOf({ inputs: choiceAt('r-1', NOW), after: CARRIED_OUT });
const automatic = { stage: 'automatic' as const };

describe('a policy against a recorded remediation', () => {
  it('that is the recorded one does what was done', async () => {
    const { run, simulated: found, differs } = await one(carriedOut, recordedPolicy);
    expect(run.inFact).toEqual({
      ...{ end: 'acted', action: 'scale-out-group', resource: GROUP, wasApproved: true, refusedBy: [] },
      verdict: 'avoided',
    });
    expect(found).toMatchObject({ end: 'act', asked: 1, refusals: [], plan: { resource: GROUP } });
    expect(differs).toBe(false);
  });

  it('shows the calls that would be made', async () => {
    const { simulated: found } = await one(carriedOut, recordedPolicy);
    expect(found.calls).toMatchObject([
      { operation: 'SetDesiredCapacity', input: { AutoScalingGroupName: 'web', DesiredCapacity: 6 } },
    ]);
  });

  it('only asks if people did not approve in fact, unless all are taken to', async () => {
    const rejected = recordOf({ inputs: choiceAt('r-1', NOW), after: ['approval-asked', 'rejected'] });
    expect(await one(rejected, recordedPolicy)).toMatchObject({
      ...{ differs: false, simulated: { end: 'ask', asked: 1 }, run: { inFact: { end: 'rejected' } } },
    });
    expect(await one(rejected, recordedPolicy, true)).toMatchObject({
      ...{ differs: true, simulated: { end: 'act' } },
    });
    const unanswered = recordOf({
      inputs: choiceAt('r-1', NOW),
      after: ['approval-asked', 'approval-expired'],
    });
    expect(await one(unanswered, recordedPolicy)).toMatchObject({
      ...{ differs: false, run: { inFact: { end: 'unanswered' } } },
    });
  });

  it.each([
    ['observes', policyWith({ stage: 'observe' }), 'nothing'],
    ['suggests', policyWith({ stage: 'suggest' }), 'suggest'],
    ['manages nothing', policyWith({}, { resources: [] }), 'nothing'],
  ] as const)('that %s does less', async (_, policy, end) => {
    expect(await one(carriedOut, policy)).toMatchObject({ differs: true, simulated: { end } });
  });

  it('names the rule that would refuse, and what would change that', async () => {
    const { simulated: found, differs } = await one(carriedOut, policyWith({ minConfidence: 0.99 }));
    expect(differs).toBe(true);
    expect(found).toMatchObject({ end: 'refused', calls: [] });
    expect(found.refusals).toMatchObject([
      { rule: 'confidence', reason: expect.any(String), remedy: expect.any(String) },
    ]);
  });

  it('with wider bounds does more than was done', async () => {
    const narrow = policyWith({ minConfidence: 0.99 });
    const refused = recordOf({
      inputs: choiceAt('r-1', NOW, {}, { policy: JSON.parse(JSON.stringify(narrow)) }),
    });
    expect(await one(refused, narrow)).toMatchObject({
      ...{ differs: false, run: { inFact: { end: 'refused', refusedBy: ['confidence'] } } },
    });
    expect(await one(refused, recordedPolicy)).toMatchObject({ differs: true, simulated: { end: 'ask' } });
  });

  it('is judged again each time at which it was judged, until it is not refused', async () => {
    const unsure = { ...problem, confidence: 0.5, impactAt: NOW + 9 * HOUR };
    const waiting: Step = { inputs: choiceAt('r-1', NOW, { problem: unsure }), kind: 'choice-postponed' };
    const record = recordOf(waiting, { inputs: choiceAt('r-1', NOW + 900), after: CARRIED_OUT });
    const found = await one(record, recordedPolicy);
    expect(found.run.choices).toHaveLength(2);
    expect(found).toMatchObject({ differs: false, simulated: { end: 'act', at: NOW + 900 } });
  });

  it('knows no state that was not read then', async () => {
    const { actions, ...rest } = recordedPolicy.resources[0]!;
    const other = policyWith({}, { resources: [{ ...rest, resource: 'auto-scaling-group:other', actions }] });
    const { simulated: found } = await one(carriedOut, other);
    expect(found).toMatchObject({
      ...{ end: 'nothing', explanation: expect.stringContaining('its state was not read then') },
    });
  });

  it('says why a state could not be read then', async () => {
    const candidates = [group({ reading: { unreadable: 'access is denied' } })];
    const record = recordOf({ inputs: choiceAt('r-1', NOW, { candidates }) });
    expect((await one(record, recordedPolicy)).simulated.explanation).toContain('access is denied');
  });

  it('reads the state that was read for another action of the resource', async () => {
    const candidates = [group({ action: 'scale-in-group' })];
    const record = recordOf({ inputs: choiceAt('r-1', NOW, { candidates }) });
    expect((await one(record, recordedPolicy)).simulated).toMatchObject({
      ...{ end: 'ask', plan: { action: { id: 'scale-out-group' }, change: { from: { desired: 5 } } } },
    });
  });

  it('cannot be tried if the inputs are missing, damaged or of something else', async () => {
    for (const inputs of [
      new Map(),
      new Map([...carriedOut.inputs.keys()].map((hash) => [hash, { cpu: 96 }])),
    ])
      expect(await one({ ...carriedOut, inputs }, recordedPolicy)).toMatchObject({
        ...{ differs: false, simulated: { end: 'unknown', plan: null } },
      });
  });
});

describe('alerts and requests', () => {
  const alert = {
    kind: 'alert' as const,
    source: 'webhook' as const,
    name: 'HighCpu',
    receivedAt: NOW - 600,
  };
  const mapped = (over: object = {}) =>
    policyWith(
      {},
      {
        alerts: [
          {
            ...{ source: 'webhook', name: 'HighCpu', alertType: 'cpu-high', resource: GROUP },
            ...{ metric: 'cpu_percent', minMinutes: 5, ...over },
          },
        ],
      },
    );
  const record = recordOf({ inputs: choiceAt('r-1', NOW, { cause: alert }) });

  it('mean what the policy says', async () => {
    expect((await one(record, mapped())).simulated.end).toBe('ask');
    expect((await one(record, mapped({ alertType: 'certificate-expiry' }))).simulated.end).toBe('nothing');
    expect((await one(record, recordedPolicy)).simulated.explanation).toContain(
      'does not map the alert HighCpu',
    );
    const later = await one(record, mapped({ minMinutes: 11 }));
    expect(later.simulated.explanation).toContain('has not lasted 11 minutes');
  });

  it('that people ask for need a resource of the policy', async () => {
    const cause = {
      ...{ kind: 'request' as const, requestId: 'q-1', action: 'scale-out-group', resource: GROUP },
      ...{ reason: 'launch', requestedBy: 'ada' },
    };
    const asked = recordOf({ inputs: choiceAt('r-1', NOW, { cause }) });
    expect((await one(asked, recordedPolicy)).simulated.end).toBe('ask');
    const none = await one(asked, policyWith({}, { resources: [] }));
    expect(none.simulated.explanation).toBe(`The policy does not manage ${GROUP}.`);
  });

  it('that were over stay over', async () => {
    const over = recordOf({ inputs: choiceAt('r-1', NOW, { problem: { absent: 'The alert has ended.' } }) });
    expect(await one(over, mapped())).toMatchObject({
      ...{ differs: false, simulated: { end: 'nothing', explanation: 'The alert has ended.' } },
    });
  });
});

describe('several remediations', () => {
  const acted = (remediationId: string, at: number): Step => ({
    inputs: choiceAt(remediationId, at),
    after: CARRIED_OUT,
  });
  const entry = (remediationId: string, at: number) => ({
    ...{ remediationId, action: 'scale-out-group', resource: GROUP, kind: 'action' as const, units: 1, at },
    result: 'succeeded' as const,
  });

  it('of a resource are kept apart by the cooldown of the policy', async () => {
    const record = recordOf(acted('r-1', NOW), {
      inputs: choiceAt('r-2', NOW + 3 * HOUR, {}, { ledger: { entries: [entry('r-1', NOW)] } }),
      after: CARRIED_OUT,
    });
    expect(ends(await simulated(record, recordedPolicy))).toEqual(['act', 'act']);
    const careful = await simulated(record, policyWith({ cooldownMinutes: 600 }));
    expect(ends(careful)).toEqual(['act', 'refused']);
    expect(careful[1]!.simulated.refusals.map(({ rule }) => rule)).toContain('cooldown');
  });

  it('do not count what the policy would not have done', async () => {
    const second = choiceAt('r-2', NOW + HOUR / 2, {}, { ledger: { entries: [entry('r-1', NOW)] } });
    const surer = { ...problem, confidence: 0.97, impactAt: NOW + 6 * HOUR };
    const record = recordOf(acted('r-1', NOW), { inputs: { ...second, problem: surer } });
    expect(ends(await simulated(record, recordedPolicy))).toEqual(['act', 'refused']);
    expect(ends(await simulated(record, policyWith({ minConfidence: 0.95 })))).toEqual(['refused', 'ask']);
  });

  it('count what only the policy would have done, as running and then as proving nothing', async () => {
    const record = recordOf(
      { inputs: choiceAt('r-1', NOW), after: ['approval-asked', 'rejected'] },
      { inputs: choiceAt('r-2', NOW + 60), after: ['approval-asked', 'rejected'] },
      { inputs: choiceAt('r-3', NOW + 3 * HOUR), after: ['approval-asked', 'rejected'] },
    );
    const found = await simulated(record, recordedPolicy, true);
    expect(ends(found)).toEqual(['act', 'refused', 'act']);
    expect(found[1]!.simulated.refusals.map(({ rule }) => rule)).toContain('resource-is-free');
  });

  it('with the recorded policy and its approvals end as they did, however many there are', async () => {
    const step = fc.record({ gap: fc.integer({ min: 5, max: 24 * 60 }), sure: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (gaps) => {
        let at = NOW;
        const entries: ReturnType<typeof entry>[] = [];
        const steps = gaps.map(({ gap, sure }, n): Step => {
          at += gap * 60;
          const id = `r-${n}`;
          const stated = { ...problem, confidence: sure ? 0.97 : 0.6, impactAt: at + 6 * HOUR };
          const inputs = choiceAt(id, at, { problem: stated }, { ledger: { entries: [...entries] } });
          const isFree = entries.every((each) => each.at < at - 61 * 60);
          if (!sure || !isFree) return { inputs };
          entries.push(entry(id, at));
          return { inputs, after: CARRIED_OUT };
        });
        const found = await simulated(recordOf(...steps), recordedPolicy);
        expect(found.filter(({ differs }) => differs)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a record', () => {
  it('tells how each remediation ended', () => {
    const inputs = choiceAt('r-1', NOW);
    const endOf = (...after: NonNullable<Step['after']>) => {
      const { decisions, inputs: all } = recordOf({ inputs, after });
      return recordedRuns(decisions, all)[0]!.inFact;
    };
    expect(endOf('approval-asked', 'approved', 'action-begun', 'undo-begun', 'undo-done').end).toBe('undone');
    const refusals = [{ rule: 'freeze', reason: 'x', remedy: 'y' }];
    expect(endOf('approval-asked', { kind: 'action-refused', outcome: { refusals } })).toMatchObject({
      ...{ end: 'refused', refusedBy: ['freeze'] },
    });
    expect(endOf('approval-asked').end).toBe('unanswered');
    expect(endOf().end).toBe('suggested');
  });

  it('has no remediations if it has only other decisions', () => {
    const { decisions, inputs } = recordOf({ inputs: choiceAt('r-1', NOW), kind: 'policy-changed' });
    expect(recordedRuns(decisions, inputs)).toEqual([]);
  });
});

it('automatic is more than approve only for what proved itself', async () => {
  expect((await one(carriedOut, policyWith(automatic))).simulated).toMatchObject({ end: 'act', asked: 1 });
});
