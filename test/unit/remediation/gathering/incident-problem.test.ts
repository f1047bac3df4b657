import { describe, expect, it } from 'vitest';
import type { CausesReport } from '../../../../core/incidents/causes-report.ts';
import type { Incident } from '../../../../core/incidents/incident.ts';
import { Problem } from '../../../../core/remediation/cause.ts';
import { findProblem } from '../../../../core/remediation/gathering/find-problem.ts';
import { NOW } from '../stored-samples.ts';
import {
  deployment,
  type Facts,
  find,
  incident,
  member,
  moment,
  present,
  report,
  sourcesOf,
} from './gathering-world.ts';

const cause = { kind: 'incident' as const, incidentId: 'i-1', reopened: 0 };
const both = (of: Partial<Incident> = {}, by: Partial<CausesReport> = {}): Facts => ({
  incidents: [incident(of)],
  reports: [report(by)],
});

const alarm = member({
  key: JSON.stringify(['acme', 'web-1', 'alarm', 'orders-db-cpu']),
  ...{ kind: 'alarm', watches: 'AWS/RDS CPUUtilization', confidence: 1 },
});

describe('an incident', () => {
  it('is the problem of its most likely cause', async () => {
    const found = present(await find(both(), cause));
    expect(found).toMatchObject({ since: NOW - 900, deployment: null, resource: null });
    expect(Problem.parse(found.problem)).toEqual({
      ...{ alertType: 'cpu-high', targetIds: ['web-1'], metric: 'cpu_percent', threshold: null },
      ...{ confidence: 0.93, impactAt: null, evidence: ['cpu_percent of web-1 rose first'] },
    });
  });

  it.each([
    ['does not exist', { incidents: [] }, 'The incident i-1 does not exist.'],
    ['is of another tenant', both({ tenantId: 'globex' }), 'The incident i-1 does not exist.'],
    ['is mitigated', both({ status: 'mitigated' }), 'The incident i-1 is mitigated.'],
    ['is resolved', both({ status: 'resolved' }), 'The incident i-1 is resolved.'],
    ['was reopened since', both({ reopenCount: 1 }), 'The incident i-1 was reopened since.'],
    ['has no known cause', both({}, { causes: [] }), 'No cause of the incident i-1 is known.'],
    [
      'is caused by what is no target',
      both({}, { causes: [{ node: 'a deploy of everything', score: 1, confidence: 0.9, evidence: [] }] }),
      'No cause of the incident i-1 is known.',
    ],
  ] satisfies [string, Facts, string][])('that %s is no problem', async (_, facts, absent) => {
    expect(await find(facts, cause)).toMatchObject({ absent });
  });

  it('names the diagnosis that it follows from, also if that names no target', async () => {
    const inputsHash = 'a'.repeat(64);
    const { graphVersion: _, metric: __, gate: ___, ...shown } = report();
    const found = await find(both({}, { inputsHash }), cause);
    expect(found).toHaveProperty('diagnosis', { inputsHash, report: shown });
    expect(await find(both({}, { inputsHash, causes: [] }), cause)).toEqual({
      absent: 'No cause of the incident i-1 is known.',
      diagnosis: { inputsHash, report: { ...shown, causes: [] } },
    });
    expect(await find(both(), cause)).toMatchObject({ diagnosis: { inputsHash: null } });
    const unexplained = await find({ incidents: [incident()] }, cause, { startedAt: NOW - 300 });
    expect(unexplained).toEqual({ absent: 'No cause of the incident i-1 is known.' });
  });

  it('waits for its causes, but not long', async () => {
    const facts = { incidents: [incident()] };
    const startedAt = NOW - 10;
    expect(await find(facts, cause, { startedAt })).toEqual({ waitUntil: NOW + 15 });
    expect(await find(facts, cause, { startedAt, now: startedAt + 299 })).toHaveProperty('waitUntil');
    expect(await find(facts, cause, { startedAt, now: startedAt + 300 })).toHaveProperty('absent');
  });

  it('waits for causes that are newer than a reopened incident', async () => {
    const facts = both({ detectedAt: NOW - 100 }, { diagnosedAt: NOW - 800 });
    expect(await find(facts, cause)).toEqual({ waitUntil: NOW + 15 });
    present(await find(facts, cause, { startedAt: NOW - 300 }));
  });

  it('takes the most certain active member of the cause for its metric', async () => {
    const metric = (name: string) => JSON.stringify(['acme', 'web-1', 'anomaly', name]);
    const members = {
      a: member({ key: metric('swap_percent'), confidence: 0.5 }),
      b: member({ key: metric('memory_percent'), confidence: 0.8 }),
      c: member({ key: metric('cpu_percent'), confidence: 0.99, isActive: false }),
      d: member({ key: metric('cpu_percent'), confidence: 1, targetId: 'web-2' }),
      e: member({ key: metric('disk_percent'), confidence: 0.8, firstAt: NOW - 100 }),
    };
    const { problem } = present(await find(both({ members }), cause));
    expect(problem.metric).toBe('memory_percent');
  });

  it('without a metric is told by its alarm', async () => {
    const { sources, asked } = await sourcesOf(both({ members: { alarm } }));
    const { problem } = present(await findProblem(sources, moment(), cause));
    expect(problem.metric).toBeNull();
    expect(asked).toMatchObject([{ metric: null, alarm: 'orders-db-cpu AWS/RDS CPUUtilization' }]);
    const { watches: _, ...bare } = alarm;
    const other = await sourcesOf(both({ members: { bare } }));
    await findProblem(other.sources, moment(), cause);
    expect(other.asked).toMatchObject([{ alarm: 'orders-db-cpu' }]);
  });

  it.each(['{}', '[]', '[1]'])('reads no metric from the key %s', async (key) => {
    const { problem } = present(await find(both({ members: { a: member({ key }) } }), cause));
    expect(problem.metric).toBeNull();
  });

  it('shows at most eight reasons', async () => {
    const evidence = Array.from({ length: 30 }, (_, n) => `reason ${n}`);
    const causes = [{ node: 'web-1', score: 1, confidence: 0.9, evidence }];
    const { problem } = present(await find(both({}, { causes }), cause));
    expect(problem.evidence).toEqual(evidence.slice(0, 8));
  });
});

describe('a change among the causes', () => {
  const at = NOW - 1800;
  const change = { change: { node: 'web-1', at, summary: 'web 2' }, secondsBefore: 900, closeness: 0.8 };
  const causes = [{ node: 'web-1', score: 3, confidence: 0.93, evidence: [], change }];
  const signal = {
    ...{
      kind: 'change' as const,
      signalId: 'c-1',
      tenantId: 'acme',
      targetId: 'web-1',
      at,
      summary: 'web 2',
    },
  };
  const changed = (changes: Facts['changes']): Facts => ({
    ...both({ changes: [signal] }, { causes }),
    ...(changes === undefined ? {} : { changes }),
  });

  it('names the versions of a deployment', async () => {
    const found = present(await find(changed([deployment()]), cause));
    expect(found.deployment).toEqual({ deployed: '2', previous: '1' });
  });

  it('has unknown versions if the deployment reported none', async () => {
    const { version: _, previousVersion: __, ...bare } = deployment();
    const found = present(await find(changed([bare]), cause));
    expect(found.deployment).toEqual({ deployed: null, previous: null });
  });

  it.each([
    ['was not recorded', changed([])],
    ['is no deployment', changed([deployment({ kind: 'configuration' })])],
    ['is of another tenant', changed([deployment({ tenantId: 'globex' })])],
    ['is not part of the incident', { ...changed([deployment()]), incidents: [incident()] }],
  ] satisfies [string, Facts][])('that %s can be no deployment to roll back', async (_, facts) => {
    expect(present(await find(facts, cause)).deployment).toBeNull();
  });
});
