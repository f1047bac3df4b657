import { describe, expect, it } from 'vitest';
import { AlertStage } from '../../../../core/anomalies/engine/alert-stage.ts';
import { Evidence } from '../../../../core/anomalies/engine/evidence.ts';
import { StreamClock } from '../../../../core/anomalies/engine/stream-clock.ts';

const OPTIONS = {
  threshold: 4,
  cooldownPoints: 10,
  budgetStep: 0.5,
  budgetHalfLifePoints: 1e9,
  warmupPoints: 5,
  warmupSeconds: 600,
};

describe('alert stage', () => {
  it('raises no alert during the warm-up, in points and in seconds', () => {
    const stage = new AlertStage(OPTIONS);
    const scores = Array.from({ length: 8 }, (_, i) => stage.next(i * 100, 9));
    expect(scores.map((score) => score >= 4)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  it('raises no alert during the cooldown and then requires a higher score', () => {
    const stage = new AlertStage({ ...OPTIONS, warmupPoints: 0, warmupSeconds: 0 });
    const scores = Array.from({ length: 40 }, (_, i) => stage.next(i, 4.6));
    const alerts = scores.flatMap((score, i) => (score >= 4 ? [i] : []));
    expect(alerts).toEqual([0, 11]);
    expect(scores[5]).toBeLessThan(4);
    expect(scores[39]).toBeCloseTo(3.6, 6);
  });

  it('accepts a threshold for one point', () => {
    const stage = new AlertStage({ ...OPTIONS, warmupPoints: 0, warmupSeconds: 0 });
    expect(stage.next(0, 5, 6)).toBe(5);
    expect(stage.next(1, 5)).toBeCloseTo(5, 9);
    expect(stage.next(2, 5)).toBeLessThan(4);
  });

  it('warms up again after the clock was set back', () => {
    const stage = new AlertStage({ ...OPTIONS, warmupPoints: 0 });
    stage.next(1e9, 0);
    expect(stage.next(5e8, 9)).toBeLessThan(4);
    expect(stage.next(5e8 + 600, 9)).toBe(9);
  });
});

describe('evidence', () => {
  it('adds a share of the highest of the 16 scores before', () => {
    const evidence = new Evidence();
    expect(evidence.next(0, 3)).toBe(3);
    for (let i = 1; i <= 16; i++) expect(evidence.next(i, 1)).toBeCloseTo(1.9, 9);
    expect(evidence.next(17, 1)).toBeCloseTo(1.3, 9);
  });

  it('remembers when the current episode began', () => {
    const evidence = new Evidence();
    expect(evidence.since).toBeNaN();
    [0, 0, 2, 1, 3].forEach((score, i) => {
      evidence.next(i, score);
    });
    expect(evidence.since).toBe(2);
    for (let i = 5; i < 30; i++) evidence.next(i, 0);
    evidence.next(30, 2);
    expect(evidence.since).toBe(30);
  });
});

describe('stream clock', () => {
  it('skips late points until they are too many to be late', () => {
    const clock = new StreamClock();
    expect(clock.accepts(1000, 1)).toBe(true);
    const late = Array.from({ length: 33 }, (_, i) => clock.accepts(500 + i, 1));
    expect(late.indexOf(true)).toBe(31);
    expect(late[32]).toBe(true);
    expect(clock.accepts(Number.NaN, 1)).toBe(false);
  });
});

describe('threshold and warm-up of the alert stage', () => {
  it('alerts exactly at the threshold, and forgets half of the budget in its half-life', () => {
    const stage = new AlertStage({
      ...{ threshold: 3, cooldownPoints: 0, budgetStep: 1, budgetHalfLifePoints: 2 },
      ...{ warmupPoints: 0, warmupSeconds: 0 },
    });
    expect(stage.next(0, 3)).toBe(3);
    expect(stage.next(1, 3.4)).toBeCloseTo(3.4 - 2 ** -0.5, 10);
    expect(stage.next(2, 3.4)).toBeCloseTo(2.9, 10);
    expect(stage.next(3, 3.4)).toBeGreaterThanOrEqual(3);
  });

  it('mutes to just under the threshold, for the first points and for as long as the first seconds', () => {
    const quiet = { threshold: 2, cooldownPoints: 0, budgetStep: 0, budgetHalfLifePoints: 100 };
    const counted = new AlertStage({ ...quiet, warmupPoints: 2, warmupSeconds: 0 });
    expect([0, 1, 2].map((at) => counted.next(at, 10))).toEqual([1.98, 1.98, 10]);
    const timed = new AlertStage({ ...quiet, warmupPoints: 0, warmupSeconds: 600 });
    expect([0, 300, 600].map((at) => timed.next(at, 10))).toEqual([1.98, 1.98, 10]);
  });
});
