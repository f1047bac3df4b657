import { describe, expect, it } from 'vitest';
import { pastIncidentOf } from '../../../../core/incidents/explaining/past-incident.ts';
import { reportCauses } from '../../../../core/incidents/explaining/report-causes.ts';
import { faultySeeds, type SimulatedFault, simulatedFault } from './simulated-fault.ts';

const seeds = faultySeeds(10);
const explained = (seed: number, options: Omit<SimulatedFault, 'seed'> = {}) => {
  const { material, fault } = simulatedFault({ seed, ...options })!;
  const report = reportCauses(material);
  return {
    material,
    fault,
    report,
    root: fault.rootCause.target,
    rank: report.causes.findIndex(({ node }) => node === fault.rootCause.target),
  };
};

describe('an incident with latency, requests and a graph', () => {
  it('is traced from the target that reaches most of it, and the root is among the first two', () => {
    for (const seed of seeds) {
      const { report, rank, fault } = explained(seed);
      expect(report.method).toBe('excess-blame');
      expect(report.target).not.toBe(fault.rootCause.target);
      expect([0, 1]).toContain(rank);
      expect(report.causes[0]!.evidence.length).toBeGreaterThan(1);
    }
  });

  it('is explained from its first points', () => {
    for (const seed of seeds) expect([0, 1]).toContain(explained(seed, { after: 600 }).rank);
  });

  it('names the change near the onset', () => {
    const { material, root, fault } = explained(seeds[0]!);
    const change = {
      kind: 'change' as const,
      signalId: 'c',
      tenantId: 'acme',
      targetId: root,
      at: fault.start - 60,
      summary: 'v41',
    };
    const report = reportCauses({ ...material, changes: [change] });
    const cause = report.causes.find(({ node }) => node === root)!;
    expect(cause.evidence.join()).toContain('v41');
  });
});

describe('an incident with less data', () => {
  it('latency alone: the root comes first', () => {
    for (const seed of seeds) {
      const { report, rank } = explained(seed, { metrics: ['latency_ms'] });
      expect(report.method).toBe('relative-blame');
      expect(rank).toBe(0);
      expect(report.limits.join()).toContain('no request counts');
    }
  });

  it('no graph: correlation and time order, with a limit that says so', () => {
    for (const seed of seeds) {
      const { report, rank } = explained(seed, { hasGraph: false });
      expect(report.method).toBe('correlation');
      expect(report.graphVersion).toBeUndefined();
      expect(rank).toBeGreaterThanOrEqual(0);
      expect(report.limits.join()).toContain('no call graph');
    }
  });

  it('neither latency nor failures: the first to deviate, never with full confidence', () => {
    for (const seed of seeds) {
      const { report } = explained(seed, { metrics: ['cpu_percent'] });
      expect(['first-to-deviate', 'topology']).toContain(report.method);
      for (const { confidence } of report.causes) expect(confidence).toBeLessThanOrEqual(0.85);
    }
  });

  it('no metrics at all: the target that calls none of the others', () => {
    const { material, root } = explained(seeds[0]!);
    const report = reportCauses({ ...material, data: [] });
    expect(report).toMatchObject({ method: 'topology', metric: undefined });
    expect(report.causes[0]!.node).toBe(root);
    expect(report.causes[0]!.confidence).toBeLessThanOrEqual(0.4);
  });

  it('only predictions: says that all signals are predictions', () => {
    const { material } = explained(seeds[0]!);
    const { incident } = material.stored;
    const members = Object.fromEntries(
      Object.entries(incident.members).map(([key, m]) => [key, { ...m, kind: 'predicted-breach' as const }]),
    );
    const report = reportCauses({
      ...material,
      stored: { ...material.stored, incident: { ...incident, members } },
    });
    expect(report.limits[0]).toContain('all signals are predictions');
  });
});

describe('the lesson of a closed incident', () => {
  const lesson = (over: object = {}) => {
    const { material, report } = explained(seeds[0]!, { metrics: ['latency_ms'] });
    const text = 'acknowledged to mitigated: rolled back';
    const entry = {
      at: 1,
      kind: 'status' as const,
      key: 'mitigated',
      text,
      by: { kind: 'person' as const, name: 'ops' },
    };
    const incident = { ...material.stored.incident, status: 'resolved' as const, timeline: [entry], ...over };
    return { past: pastIncidentOf(incident, report), material, report };
  };

  it('contains its signature, its cause and its fix, and is used for similar later incidents', () => {
    const { past, material, report } = lesson();
    expect(past).toMatchObject({ cause: report.causes[0]!.node, fixedBy: 'rolled back', metric: 'latency' });
    const later = reportCauses({ ...material, past: [{ ...past!, incidentId: 'earlier' }] });
    expect(later.similar).toMatchObject([{ incident: { incidentId: 'earlier' } }]);
    expect(later.causes[0]!.evidence.join()).toContain('fixed by: rolled back');
    expect(reportCauses({ ...material, past: [past!] }).similar).toEqual([]);
  });

  it('uses the cause that people named instead of the guess; the wrong guess ranks lower in a later incident', () => {
    const { material, report } = explained(seeds[0]!);
    const [guess, other] = report.causes.map(({ node }) => node);
    const conclusion = {
      cause: other!,
      fix: 'capped the pool',
      by: { kind: 'person' as const, name: 'ann' },
      at: 1,
    };
    const incident = { ...material.stored.incident, status: 'reviewed' as const, conclusion };
    const past = pastIncidentOf(incident, report)!;
    expect(past).toMatchObject({
      cause: other,
      isConfirmed: true,
      mistaken: guess,
      fixedBy: 'capped the pool',
    });
    const later = reportCauses({ ...material, past: [{ ...past, incidentId: 'earlier' }] });
    expect(later.causes.map(({ node }) => node).slice(0, 2)).toEqual([other, guess]);
    expect(later.causes[0]!.evidence.join()).toContain('it was the confirmed cause of incident earlier');
    expect(later.causes[0]!.recommendation).toContain('capped the pool');
    expect(later.causes[1]!.evidence.join()).toContain(`whose confirmed cause was ${other}`);
    expect(pastIncidentOf(incident, report)).toEqual(past);
  });

  it('confirms a guess, or names a cause that is not a target', () => {
    const { material, report } = explained(seeds[0]!);
    const concluded = (cause: string) => ({
      ...material.stored.incident,
      ...{
        status: 'resolved' as const,
        conclusion: { cause, by: { kind: 'person' as const, name: 'ann' }, at: 1 },
      },
    });
    const right = pastIncidentOf(concluded(report.causes[0]!.node), report)!;
    expect(right).toMatchObject({ isConfirmed: true });
    expect(right.mistaken).toBeUndefined();
    const outside = pastIncidentOf(concluded('the upstream provider'), report)!;
    const later = reportCauses({ ...material, past: [{ ...outside, incidentId: 'earlier' }] });
    expect(later.similar[0]!.incident.cause).toBe('the upstream provider');
    expect(later.causes[0]!.confidence).toBeLessThanOrEqual(report.causes[0]!.confidence);
  });

  it('is absent while the incident is ongoing, or if the cause was a guess', () => {
    expect(lesson({ status: 'open' }).past).toBeUndefined();
    const { material, report } = lesson();
    const incident = { ...material.stored.incident, status: 'resolved' as const };
    const guess = { ...report, causes: report.causes.map((cause) => ({ ...cause, confidence: 0.4 })) };
    expect(pastIncidentOf(incident, guess)).toBeUndefined();
  });
});
