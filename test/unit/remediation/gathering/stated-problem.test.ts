import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../core/remediation/cause.ts';
import { findProblem } from '../../../../core/remediation/gathering/find-problem.ts';
import type { Moment } from '../../../../core/remediation/gathering/sources.ts';
import type { AlertChange } from '../../../../core/remediation/ports.ts';
import { NOW } from '../stored-samples.ts';
import { find, GROUP, moment, policy, present, sourcesOf } from './gathering-world.ts';

const receivedAt = NOW - 300;
const alert = { kind: 'alert' as const, source: 'alertmanager' as const, name: 'HighCpu', receivedAt };
const begun: AlertChange = {
  ...{ source: 'alertmanager', name: 'HighCpu', state: 'begun', sentAt: receivedAt, receivedAt },
};

const alerted = async (
  changes: readonly AlertChange[],
  at: Partial<Moment> = {},
  { tenantId = 'acme', cause = alert } = {},
) => {
  const { sources, alerts } = await sourcesOf();
  for (const change of changes) await alerts.record(tenantId, change);
  return findProblem(sources, moment(at), cause);
};

describe('a mapped alert', () => {
  it('is the problem that the policy says, about the resource that the policy says', async () => {
    const found = present(await alerted([begun]));
    expect(found).toMatchObject({ since: receivedAt, deployment: null, resource: GROUP });
    expect(Problem.parse(found.problem)).toEqual({
      ...{ alertType: 'cpu-high', targetIds: ['web-1'], metric: 'cpu_percent', threshold: null },
      ...{ confidence: 0.95, impactAt: null },
      evidence: ['the alert HighCpu (alertmanager) has lasted since 2026-11-21T10:00:00.000Z'],
    });
  });

  it('has to last as long as the policy says, since Forestall received it', async () => {
    expect(await alerted([begun], { now: NOW - 1 })).toEqual({ waitUntil: NOW });
    present(await alerted([begun], { now: NOW }));
  });

  const ended = { absent: 'The alert HighCpu has ended.' };
  it.each([
    ['never began', []],
    ['ended', [begun, { ...begun, state: 'ended', sentAt: NOW - 20, receivedAt: NOW - 10 }]],
    [
      'ended and began again',
      [
        begun,
        { ...begun, state: 'ended', sentAt: NOW - 200, receivedAt: NOW - 200 },
        { ...begun, sentAt: NOW - 100, receivedAt: NOW - 100 },
      ],
    ],
  ] satisfies [string, AlertChange[]][])('that %s is over', async (_, changes) => {
    expect(await alerted(changes)).toEqual(ended);
  });

  it('of another tenant is not seen', async () => {
    expect(await alerted([begun], {}, { tenantId: 'globex' })).toEqual(ended);
  });

  const unmapped = { absent: 'The policy does not map the alert HighCpu.' };
  it('is no problem unless the policy maps this name of this source to a resource that it manages', async () => {
    const other = { ...policy, alerts: [{ ...policy.alerts[0]!, source: 'webhook' as const }] };
    const unmanaged = { ...policy, resources: [] };
    for (const given of [undefined, { ...policy, alerts: [] }, other, unmanaged])
      expect(await alerted([begun], { policy: given })).toEqual(unmapped);
  });
});

describe('a request of a person', () => {
  const cause = {
    ...{ kind: 'request' as const, requestId: 'q-1', action: 'scale-out-group', resource: GROUP },
    ...{ reason: 'launch day', requestedBy: 'ada' },
  };

  it('is certain, begins now, and is about its resource only', async () => {
    const found = present(await find({}, cause));
    expect(found).toMatchObject({ since: NOW, deployment: null, resource: GROUP });
    expect(Problem.parse(found.problem)).toMatchObject({
      ...{ targetIds: ['web-1'], metric: 'cpu_percent', confidence: 1, threshold: null },
      evidence: ['a person asked for it: launch day'],
    });
  });

  it('is verified by the metric that the policy maps to its resource, else by the most telling one', async () => {
    const alerts = [{ ...policy.alerts[0]!, metric: 'queue_depth' }];
    const metricOf = async (given: Moment['policy']) =>
      present(await find({}, cause, { policy: given })).problem.metric;
    expect(await metricOf({ ...policy, alerts })).toBe('queue_depth');
    expect(await metricOf({ ...policy, alerts: [] })).toBe('cpu_percent');
    expect(
      present(await find({ targets: [] }, cause, { policy: { ...policy, alerts: [] } })).problem.metric,
    ).toBe(null);
  });

  it('is no problem if the policy does not manage the resource', async () => {
    const absent = `The policy does not manage ${GROUP}.`;
    expect(await find({}, cause, { policy: undefined })).toEqual({ absent });
    expect(await find({}, cause, { policy: { ...policy, resources: [] } })).toEqual({ absent });
  });
});
