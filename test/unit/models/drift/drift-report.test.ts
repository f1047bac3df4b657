import { describe, expect, it } from 'vitest';
import { asksForRetraining, driftReport, newFindings } from '../../../../core/models/drift/drift-report.ts';
import type { DriftFinding } from '../../../../core/models/drift/finding.ts';
import { type FleetMember, fleetDrift } from '../../../../core/models/drift/fleet-drift.ts';

const finding = (subject: string, severity: DriftFinding['severity']): DriftFinding => ({
  ...{ kind: 'data', subject, severity, figure: 0.4, threshold: 0.25 },
  reason: `${subject} changed.`,
});

describe('a report', () => {
  it('puts the worst first and sums up', () => {
    const report = driftReport('trees-1.0.0', 5, [finding('b', 'info'), null, finding('a', 'critical')]);
    expect(report.findings.map(({ subject }) => subject)).toEqual(['a', 'b']);
    expect(report).toMatchObject({ model: 'trees-1.0.0', at: 5, severity: 'critical' });
    expect(report.summary).toBe('a changed. 1 more finding.');
    expect(asksForRetraining(report)).toBe(true);
  });

  it('orders equal severities by subject and counts the others', () => {
    const report = driftReport('m', 0, [finding('c', 'info'), finding('a', 'info'), finding('b', 'info')]);
    expect(report.findings.map(({ subject }) => subject)).toEqual(['a', 'b', 'c']);
    expect(report.summary).toBe('a changed. 2 more findings.');
    expect(asksForRetraining(report)).toBe(false);
  });

  it('of nothing says so', () => {
    const report = driftReport('m', 0, [null]);
    expect(report).toMatchObject({
      severity: null,
      findings: [],
      summary: 'Nothing that m was trained on has changed.',
    });
    expect(asksForRetraining(report)).toBe(false);
  });

  it('of a single finding is its reason', () => {
    expect(driftReport('m', 0, [finding('a', 'warning')]).summary).toBe('a changed.');
  });
});

describe('what is announced', () => {
  const before = driftReport('m', 0, [finding('a', 'warning'), finding('b', 'info')]);
  it.each([
    ['a finding that stands', [finding('a', 'warning')], []],
    ['one that becomes less severe', [finding('a', 'info')], []],
    ['one that becomes more severe', [finding('a', 'critical')], ['a']],
    ['one that begins to matter', [finding('b', 'warning')], ['b']],
    ['a new one', [finding('c', 'warning')], ['c']],
    ['a new one for information', [finding('c', 'info')], []],
    ['one of another kind', [{ ...finding('a', 'warning'), kind: 'concept' as const }], ['a']],
  ])('%s', (_, findings, expected) => {
    const announced = newFindings(before, driftReport('m', 1, findings));
    expect(announced.map(({ subject }) => subject)).toEqual(expected);
  });

  it('all that matters in the first report', () => {
    expect(newFindings(null, before).map(({ subject }) => subject)).toEqual(['a']);
  });
});

const members = (ids: readonly number[], profile = 'web', metrics = ['cpu_percent']): FleetMember[] =>
  ids.map((id) => ({ targetId: `t${id}`, profile, metrics }));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('drift of the fleet', () => {
  const trained = members(range(0, 20));

  it('is none if the targets are the same', () => {
    expect(fleetDrift(trained, trained)).toEqual({ findings: [], added: [], gone: [], unknownKinds: [] });
    expect(fleetDrift([], [])).toMatchObject({ findings: [] });
  });

  it.each([
    [2, 'info'],
    [5, 'warning'],
    [20, 'critical'],
  ])('of %d new targets is of severity %s', (count, severity) => {
    const { findings, added } = fleetDrift(trained, [...trained, ...members(range(20, 20 + count))]);
    expect(added).toHaveLength(count);
    expect(findings).toMatchObject([
      { kind: 'fleet', subject: 'new targets', severity, figure: count / (20 + count) },
    ]);
  });

  it('counts targets that are gone', () => {
    const { findings, gone } = fleetDrift(trained, members(range(5, 20)));
    expect(gone).toEqual(['t0', 't1', 't2', 't3', 't4']);
    expect(findings).toMatchObject([
      { subject: 'gone targets', severity: 'warning', figure: 0.25, threshold: 0.2 },
    ]);
    expect(findings[0]?.reason).toBe('5 of 20 targets of the training data are gone (25 %).');
  });

  it('counts series of kinds that the model never saw', () => {
    const changed = [...members(range(0, 17)), ...members(range(17, 20), 'database')];
    const { findings, unknownKinds } = fleetDrift(trained, changed);
    expect(unknownKinds).toEqual(['cpu_percent of database targets']);
    expect(findings).toMatchObject([{ subject: 'unknown series', severity: 'warning', figure: 0.15 }]);
  });

  it('of fewer than three targets is for information only, whatever their share', () => {
    const { findings } = fleetDrift(members([0, 1]), members([2, 3]));
    expect(findings.map(({ severity }) => severity)).toEqual(['info', 'info']);
  });
});
