import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident, IncidentKind } from '../../../core/simulator/fleet.ts';
import { applyIncident, noStrain, type Strain } from '../../../core/simulator/incident-kinds.ts';

const START = 1000;
const END = START + 10_000;
const incident = (kind: IncidentKind, strength = 0.8): Incident => ({
  ...{ id: 'i', kind, start: START, end: END, affected: [], strength },
  rootCause: { target: 'web-1', metric: 'cpu_percent' },
});
const strainAt = (kind: IncidentKind, at: number, strength?: number, strain = noStrain()): Strain => {
  applyIncident(strain, incident(kind, strength), at);
  return strain;
};
/** 450 s after the start, the ramp is (450 + 300) / 900. */
const RAMP = 0.75 / 0.9;

describe('the strain of an incident', () => {
  it.each<[IncidentKind, number, Partial<Strain>]>([
    ['cpu-saturation', START + 450, { cpu: (0.6 + 0.4 * 0.8) * RAMP }],
    ['memory-leak', START + 5000, { memory: 0.5 * (0.8 + 0.2 * 0.8), latency: 1 + 3 / 64 }],
    ['disk-filling', START + 2500, { disk: 0.25 * (0.8 + 0.2 * 0.8) }],
    [
      'latency-regression',
      START + 450,
      { latency: 1 + 4 * 0.8 * RAMP, cpu: 0.25 * 0.8 * RAMP, errors: 0.05 * 0.8 * RAMP },
    ],
    ['traffic-surge', START + 450, { load: 1 + 1.6 * 0.8 * RAMP }],
    [
      'dependency-failure',
      START + 450,
      { latency: 1 + 8 * 0.8 * RAMP, errors: 0.5 * 0.8 * RAMP, cpu: 0.6 * 0.8 * RAMP },
    ],
    ['flat-line', START + 450, { frozen: true }],
  ])('of kind %s at %i is its own and no more', (kind, at, expected) => {
    const { frozen, ...numbers } = strainAt(kind, at);
    const { frozen: expectedFrozen, ...expectedNumbers } = { ...noStrain(), ...expected };
    expect(frozen).toBe(expectedFrozen);
    for (const [name, value] of Object.entries(expectedNumbers)) {
      expect(numbers, name).toHaveProperty(name, expect.closeTo(value, 12));
    }
  });

  it('lasts from its start to its end, both inclusive', () => {
    for (const at of [START - 1, END + 1]) expect(strainAt('dependency-failure', at)).toEqual(noStrain());
    for (const at of [START, END]) expect(strainAt('dependency-failure', at)).not.toEqual(noStrain());
  });

  it('reaches its full strength ten minutes after the start and keeps it', () => {
    expect(strainAt('cpu-saturation', START + 600, 1).cpu).toBe(1);
    expect(strainAt('cpu-saturation', START + 9000, 1).cpu).toBe(1);
    expect(strainAt('cpu-saturation', START + 590, 1).cpu).toBeLessThan(1);
  });

  it('of several incidents takes the worst share and multiplies the factors', () => {
    const strain = { ...noStrain(), cpu: 0.99, memory: 0.99, disk: 0.99, errors: 0.9, latency: 2, load: 3 };
    for (const kind of [
      ...(['cpu-saturation', 'memory-leak', 'disk-filling', 'latency-regression'] as const),
      ...(['traffic-surge', 'dependency-failure'] as const),
    ]) {
      applyIncident(strain, incident(kind), START + 450);
    }
    expect(strain).toMatchObject({ cpu: 0.99, memory: 0.99, disk: 0.99, errors: 0.9 });
    expect(strain.load).toBeCloseTo(3 * (1 + 1.6 * 0.8 * RAMP), 12);
    const leak = 1 + 3 * 0.045 ** 6;
    expect(strain.latency).toBeCloseTo(2 * leak * (1 + 4 * 0.8 * RAMP) * (1 + 8 * 0.8 * RAMP), 9);
  });

  it('never weakens with time or strength', () => {
    const kinds = fc.constantFrom<IncidentKind>(
      ...(['cpu-saturation', 'memory-leak', 'disk-filling', 'latency-regression'] as const),
      ...(['traffic-surge', 'dependency-failure', 'flat-line'] as const),
    );
    fc.assert(
      fc.property(
        kinds,
        fc.nat(10_000),
        fc.nat(1000),
        fc.double({ min: 0.6, max: 1, noNaN: true }),
        (kind, at, more, s) => {
          const now = strainAt(kind, START + at, s);
          const later = strainAt(kind, Math.min(END, START + at + more), Math.min(1, s + more / 5000));
          for (const name of ['load', 'latency', 'errors', 'cpu', 'memory', 'disk'] as const) {
            expect(later[name]).toBeGreaterThanOrEqual(now[name] - 1e-12);
          }
        },
      ),
    );
  });
});
