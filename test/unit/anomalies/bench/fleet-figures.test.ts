import { describe, expect, it } from 'vitest';
import { visibleHours } from '../../../../bench/anomalies/detect/fault-effect.ts';
import { fleetFigures } from '../../../../bench/anomalies/detect/fleet-figures.ts';
import { INJECTED_TYPES, injectTypes } from '../../../../bench/anomalies/detect/inject-types.ts';
import type { LabelledTarget, TargetSeries } from '../../../../bench/anomalies/detect/labelled-target.ts';
import { simulateSeries } from '../../../../bench/anomalies/detect/simulate-series.ts';
import { type TrackedTarget, trackFleet } from '../../../../bench/anomalies/detect/track-fleet.ts';

const HOUR = 3600;
const DAY = 86_400;
/** A Monday. */
const START = 1_717_372_800;
const METRICS = [
  'cpu_percent',
  'memory_percent',
  'disk_percent',
  'network_mbps',
  'latency_ms',
  'request_rate',
];

const target = (id: string, days: number): TargetSeries => ({
  ...{ id, peers: 'a', start: START, stepSeconds: 300, metrics: METRICS },
  values: METRICS.map((_, i) => simulateSeries('cpu-daily', days * 288, i).values),
});

const faultAt = (hour: number, hours: number, kind = 'x') => {
  const first = START + hour * HOUR;
  const last = first + hours * HOUR - 300;
  const shown = Array.from({ length: hours }, (_, i) => first / HOUR + i);
  return { kind, id: `${kind} ${hour}`, first, last, hours: new Set(shown) };
};

describe('figures of a labelled fleet', () => {
  const labelled: LabelledTarget = { ...target('a', 16), faults: [faultAt(340, 4), faultAt(350, 2, 'y')] };
  const base = START / HOUR;
  const alertAt = (hour: number) => ({
    timestamp: START + hour * HOUR + 600,
    kind: 'duration' as const,
    metric: 'cpu_percent',
  });
  const watched: TrackedTarget = {
    target: labelled,
    alerts: [alertAt(341), alertAt(360), alertAt(20)],
    alarmed: new Set([base + 20, base + 341, base + 342, base + 344, base + 360]),
  };

  it('counts faults once, hours each, and nothing before two weeks or just after a fault', () => {
    const figures = fleetFigures([watched]);
    expect(figures.kinds.x).toEqual({
      ...{ faults: 1, detected: 1, medianDelayMinutes: 70, alarmedHours: 0.5, stated: 'duration 1' },
    });
    expect(figures.kinds.y).toMatchObject({ faults: 1, detected: 0, alarmedHours: 0 });
    // Hours 336 to 382 are judged, less 6 faulty ones and two after each fault.
    expect(figures.hours).toMatchObject({ faultyHours: 6, faultlessHours: 47 - 10 });
    expect(figures.hours.truePositiveRate).toBeCloseTo(2 / 6, 12);
    expect(figures.hours.falsePositiveRate).toBeCloseTo(1 / 37, 12);
    expect(figures.hours.balancedAccuracy).toBeCloseTo((2 / 6 + 36 / 37) / 2, 12);
    expect(figures.hours.precision).toBeCloseTo(2 / 3, 12);
    expect(figures.hours.f1).toBeCloseTo(4 / 9, 12);
    expect(figures.balancedAccuracyOfFaults).toBeCloseTo((1 / 2 + 36 / 37) / 2, 12);
    expect(figures.falseAlertsPerTargetWeek).toBeCloseTo(168 / 47, 12);
  });
});

describe('faults of a fleet', () => {
  it('are visible in the hours in which a metric deviates by three spreads', () => {
    const usual = target('a', 20);
    const values = usual.values.map((series) => series.slice());
    for (let row = 4008; row < 4056; row++) values[0]![row] = values[0]![row]! + (row < 4032 ? 1 : 60);
    const at = (row: number): number => START + row * 300;
    const fault = { kind: 'memory-leak', first: at(4008), last: at(4055) };
    const hours = [...visibleHours({ ...usual, values }, usual.values, fault)];
    expect(hours.map((hour) => hour - START / HOUR)).toEqual([336, 337]);
    const whole = visibleHours({ ...usual, values }, usual.values, { ...fault, kind: 'flat-line' });
    expect(whole.size).toBe(4);
  });

  it('are injected once for each type, change nothing else, and keep gaps', () => {
    const usual = target('a', 42);
    usual.values[1]![0] = Number.NaN;
    for (const seed of [0, 1, 2]) {
      const faulty = injectTypes(usual, seed);
      expect(faulty.faults.map(({ kind }) => kind)).toEqual([...INJECTED_TYPES]);
      expect(faulty).toEqual(injectTypes(usual, seed));
      for (const [metric, series] of faulty.values.entries()) {
        const changed = [...series.keys()].filter(
          (row) => !Object.is(series[row], usual.values[metric]![row]),
        );
        for (const row of changed) {
          const at = START + row * 300;
          expect(faulty.faults.some(({ first, last }) => at >= first && at <= last)).toBe(true);
        }
      }
      expect(faulty.values[1]![0]).toBeNaN();
    }
  });

  it('raise alerts in a tracked fleet', () => {
    const usual = target('a', 20);
    const values = usual.values.map((series) => series.slice());
    for (let row = 5000; row < 5024; row++) values[0]![row] = values[0]![row]! + 80;
    const [watched] = trackFleet([{ ...usual, values, faults: [] }]);
    const at = START + 5000 * 300;
    const found = watched!.alerts.find(({ timestamp }) => timestamp >= at && timestamp < at + DAY);
    expect(found).toMatchObject({ timestamp: at, metric: 'cpu_percent', kind: 'behavioural' });
    expect(watched!.alarmed.has(Math.floor(at / HOUR) + 1)).toBe(true);
  });
});
