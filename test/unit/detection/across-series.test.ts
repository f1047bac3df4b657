import { describe, expect, it } from 'vitest';
import { inverse, RunningCovariance } from '../../../core/detection/covariance.ts';
import { CombinationDetector } from '../../../core/detection/metric-combination.ts';
import { PeerDetector, summarisePeers } from '../../../core/detection/peer-comparison.ts';
import { StateReader, StateWriter } from '../../../core/detection/state-bytes.ts';
import { seededRandom } from './daily-series.ts';

const noise = (random: () => number): number => random() + random() + random() - 1.5;

describe('peer comparison', () => {
  const fleetAt = (i: number, random: () => number): number[] =>
    Array.from({ length: 9 }, (_, target) => 50 + 30 * Math.sin(i / 40) + 5 * (target % 3) + noise(random));

  it('summarises at least four finite peers by median and spread', () => {
    expect(summarisePeers([1, 2, Number.NaN, 3])).toBeUndefined();
    expect(summarisePeers([1, 2, 3, 4, 100])).toEqual({ median: 3, spread: 1.4826, count: 5 });
    expect(summarisePeers([1, 2, 3, 4])?.median).toBe(2.5);
  });

  it('alerts on the target that leaves its peers, not on a fleet that moves together', () => {
    const random = seededRandom(3);
    const detector = new PeerDetector();
    const alerts: number[] = [];
    for (let i = 0; i < 1500; i++) {
      const fleet = fleetAt(i, random).map((value) => value + (i >= 1000 && i < 1020 ? 200 : 0));
      if (i >= 1400) fleet[8] = fleet[8]! + 40;
      const result = detector.next(i * 300, fleet[8]!, summarisePeers(fleet));
      if (result?.alert !== true) continue;
      alerts.push(i);
      expect(result.kind).toBe('correlation');
      expect(fleet[8]!).toBeGreaterThan(result.expected.upper);
    }
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toBeGreaterThanOrEqual(1400);
    expect(alerts[0]).toBeLessThan(1405);
  });

  it('says nothing without peers or a value', () => {
    const detector = new PeerDetector();
    expect(detector.next(0, 5, undefined)).toBeUndefined();
    expect(detector.next(0, Number.NaN, { median: 1, spread: 1, count: 5 })).toBeUndefined();
    expect(detector.next(0, 1, { median: 1, spread: 0, count: 5 })?.residual).toBe(0);
  });

  it('goes on identically after being saved', () => {
    const random = seededRandom(5);
    const detector = new PeerDetector();
    const step = (one: PeerDetector, i: number, value: number) =>
      one.next(i * 300, value, { median: 10, spread: 2, count: 7 });
    for (let i = 0; i < 700; i++) step(detector, i, 10 + noise(random));
    const writer = new StateWriter();
    detector.save(writer);
    const again = new PeerDetector();
    again.load(new StateReader(writer.finish()));
    for (let i = 700; i < 800; i++) {
      const value = 10 + 3 * noise(random);
      expect(step(again, i, value)).toEqual(step(detector, i, value));
    }
  });
});

describe('metric combination', () => {
  const METRICS = ['cpu', 'requests', 'latency'];
  const at = (i: number, random: () => number): number[] => {
    const load = 10 * noise(random) + 30 * Math.sin((i / 288) * 2 * Math.PI);
    return [50 + load + noise(random), 200 + 4 * load + 3 * noise(random), 80 + noise(random)];
  };

  it('alerts where each metric is ordinary and the combination is not, and names the metric', () => {
    const random = seededRandom(9);
    const detector = new CombinationDetector(METRICS);
    const found: string[] = [];
    for (let i = 0; i < 3000; i++) {
      const values = at(i, random);
      if (i >= 2800) values[0] = values[0]! - (values[1]! - 200) / 4 + 8;
      const result = detector.next(i * 300, values);
      if (result?.alert === true && i >= 2800) found.push(result.metric);
      if (result?.alert === true) expect(i).toBeGreaterThanOrEqual(2800);
    }
    expect(['cpu', 'requests']).toContain(found[0]);
  });

  it('expects the metric where the others put it', () => {
    const random = seededRandom(10);
    const detector = new CombinationDetector(METRICS);
    for (let i = 0; i < 2000; i++) detector.next(i * 300, at(i, random));
    const values = at(2000, random);
    const usual = values[2]!;
    values[2] = usual + 60;
    const result = detector.next(2000 * 300, values)!;
    expect(result.metric).toBe('latency');
    expect(result.expected.upper).toBeLessThan(values[2]);
    expect(result.expected.lower).toBeLessThan(usual + 5);
    expect(result.expected.upper).toBeGreaterThan(usual - 5);
  });

  it('waits for all metrics and for enough points, and takes 2 to 16 of them', () => {
    const detector = new CombinationDetector(METRICS);
    expect(detector.next(0, [1, 2, 3])).toBeUndefined();
    expect(detector.next(0, [1, Number.NaN, 3])).toBeUndefined();
    expect(detector.next(0, [1, 2])).toBeUndefined();
    for (let i = 0; i < 100; i++) expect(detector.next(i * 300, [1, 2, 3])).toBeUndefined();
    expect(() => new CombinationDetector(['cpu'])).toThrow('expected 2 to 16 metrics, found 1');
  });

  it('goes on identically after being saved', () => {
    const random = seededRandom(12);
    const detector = new CombinationDetector(METRICS);
    for (let i = 0; i < 500; i++) detector.next(i * 300, at(i, random));
    const writer = new StateWriter();
    detector.save(writer);
    const again = new CombinationDetector(METRICS);
    again.load(new StateReader(writer.finish()));
    for (let i = 500; i < 600; i++) {
      const values = at(i, random);
      expect(again.next(i * 300, values)).toEqual(detector.next(i * 300, values));
    }
  });
});

describe('covariance', () => {
  it('inverts a positive definite matrix and refuses a singular one', () => {
    const result = inverse(Float64Array.of(4, 2, 2, 3), 2)!;
    expect(Array.from(result)).toEqual([0.375, -0.25, -0.25, 0.5].map((value) => expect.closeTo(value, 12)));
    expect(inverse(Float64Array.of(1, 1, 1, 1), 2)).toBeUndefined();
  });

  it('averages products and shrinks only correlations', () => {
    const covariance = new RunningCovariance(2);
    covariance.absorb(Float64Array.of(1, 2));
    covariance.absorb(Float64Array.of(3, 0));
    expect(Array.from(covariance.values)).toEqual([5, 1, 1, 2]);
    expect(Array.from(covariance.shrunk(0.5))).toEqual([5, 0.5, 0.5, 2]);
  });
});
