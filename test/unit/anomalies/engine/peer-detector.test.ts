import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type PeerDeparture,
  PeerDetector,
  type PeerReturn,
  summarisePeers,
} from '../../../../core/anomalies/engine/peer-detector.ts';
import { ByteReader, ByteWriter } from '../../../../core/shared/byte-buffer.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { seededRandom } from './daily-series.ts';

const STEP = 300;
const DAY = 288;

type Change = (target: number, moment: number, value: number) => number;
const asIs: Change = (_target, _moment, value) => value;

/** Nine targets with a common pattern, individual offsets and reproducible noise. */
const valueAt = (target: number, moment: number): number => {
  const random = seededRandom(1 + target * 7919 + moment * 31);
  const noise = random() + random() + random() - 1.5;
  return 50 + 20 * Math.sin((2 * Math.PI * moment) / DAY) + 5 * (target % 3) + noise;
};

const valuesAt = (moment: number, change: Change): Map<string, number> =>
  new Map(
    Array.from({ length: 9 }, (_, target) => [
      `web-${target}`,
      change(target, moment, valueAt(target, moment)),
    ]),
  );

const run = (
  comparison: PeerDetector,
  [from, to]: readonly [number, number],
  change: Change = asIs,
  thresholdOf?: (targetId: string) => number | undefined,
) => {
  const departures: PeerDeparture[] = [];
  const returns: PeerReturn[] = [];
  for (let moment = from; moment < to; moment++) {
    const news = comparison.next(moment * STEP, valuesAt(moment, change), thresholdOf);
    departures.push(...news.departures);
    returns.push(...news.returns);
  }
  return { departures, returns };
};

/** A copy through bytes. */
const copyOf = (comparison: PeerDetector): PeerDetector => {
  const writer = new ByteWriter();
  comparison.save(writer);
  return PeerDetector.load(new ByteReader(writer.finish()));
};

const trained = (() => {
  const comparison = new PeerDetector();
  const quiet = run(comparison, [0, 4 * DAY]);
  return { quiet, fresh: () => copyOf(comparison) };
})();

/** One target differs by `by` for an hour from day four on. */
const leaves =
  (by: number, who = 4): Change =>
  (target, moment, value) =>
    target === who && moment >= 4 * DAY + 20 && moment < 4 * DAY + 32 ? value + by : value;
const AFTER = [4 * DAY, 5 * DAY] as const;

describe('a summary of peers', () => {
  it('is median and spread of at least four finite values', () => {
    expect(summarisePeers([1, 2, Number.NaN, 3])).toBeUndefined();
    expect(summarisePeers([100, 2, 1, 3, 4])).toEqual({ median: 3, spread: 1.4826, count: 5 });
    expect(summarisePeers([1, 2, 3, 4])?.median).toBe(2.5);
  });
});

describe('a comparison of peers', () => {
  it('reports nothing while everything is usual', () => {
    expect(trained.quiet.departures).toEqual([]);
  });

  it('reports a target that departs, within three moments, and its return', () => {
    const { departures, returns } = run(trained.fresh(), AFTER, leaves(6));
    expect(departures).toHaveLength(1);
    const [found] = departures;
    const onset = (4 * DAY + 20) * STEP;
    expect(found).toMatchObject({ targetId: 'web-4', peers: 8, since: found!.timestamp - STEP });
    expect(found!.timestamp - onset).toBeLessThan(3 * STEP);
    expect(found!.score).toBeGreaterThanOrEqual(4);
    expect(found!.value).toBeGreaterThan(found!.expected.upper);
    expect(found!.expected.lower).toBeLessThan(valueAt(4, 4 * DAY + 20));
    expect(found!.oneIn).toBeGreaterThan(1000);
    expect(returns).toHaveLength(1);
    expect(returns[0]).toMatchObject({ targetId: 'web-4', beganAt: found!.timestamp });
    expect(returns[0]!.unusualAt).toBeGreaterThan(found!.timestamp);
    expect(returns[0]!.unusualAt).toBeLessThanOrEqual((4 * DAY + 34) * STEP);
  });

  it('also finds a target that falls below its peers', () => {
    const { departures } = run(trained.fresh(), AFTER, leaves(-6));
    expect(departures).toHaveLength(1);
    expect(departures[0]!.value).toBeLessThan(departures[0]!.expected.lower);
  });

  it.each([
    ['rises', (value: number) => value + 40],
    ['is multiplied', (value: number) => value * 1.5],
    ['falls', (value: number) => value * 0.3],
  ])('reports nothing if the whole fleet %s', (_, move) => {
    const together: Change = (_target, moment, value) =>
      moment >= 4 * DAY + 20 && moment < 4 * DAY + 32 ? move(value) : value;
    expect(run(trained.fresh(), AFTER, together).departures).toEqual([]);
  });

  it('ignores a single spike', () => {
    const spike: Change = (target, moment, value) =>
      target === 4 && moment === 4 * DAY + 20 ? value + 500 : value;
    expect(run(trained.fresh(), AFTER, spike).departures).toEqual([]);
  });

  it('learns a habit: a target that departs at the same time each day is reported less and less', () => {
    const nightly: Change = (target, moment, value) =>
      target === 2 && moment % DAY < 12 ? value + 30 : value;
    const { departures } = run(new PeerDetector(), [0, 20 * DAY], nightly);
    const own = departures.filter(({ targetId }) => targetId === 'web-2');
    expect(own.length).toBeLessThan(6);
    const late = own.filter(({ timestamp }) => timestamp > 10 * DAY * STEP);
    expect(late).toEqual([]);
  });

  it('accepts a lasting change as the new normal', () => {
    const forGood: Change = (target, moment, value) =>
      target === 4 && moment >= 4 * DAY + 20 ? value + 30 : value;
    const { departures, returns } = run(trained.fresh(), [4 * DAY, 8 * DAY], forGood);
    expect(departures).toHaveLength(1);
    expect(returns).toHaveLength(1);
  });

  it('reports nothing about a target in its first two days, nor about a group in its own', () => {
    const comparison = trained.fresh();
    const newcomer: Change = (target, moment, value) =>
      target !== 8 || moment < 4 * DAY ? value : moment >= 4 * DAY + 200 ? value + 60 : value;
    comparison.forgetBefore(0);
    const early = run(new PeerDetector(), [0, 2 * DAY], (target, moment, value) =>
      target === 4 && moment > 300 ? value + 30 : value,
    );
    expect(early.departures).toEqual([]);
    expect(run(comparison, [4 * DAY, 5 * DAY], newcomer).departures).toHaveLength(1);
  });

  it('scales the bar with the threshold of a target', () => {
    const at = (threshold: number, by: number) =>
      run(trained.fresh(), AFTER, leaves(by), (targetId) => (targetId === 'web-4' ? threshold : undefined))
        .departures;
    expect(at(20, 6)).toEqual([]);
    expect(at(4, 1.3)).toEqual([]);
    expect(at(2, 1.3)).toHaveLength(1);
  });

  it('raises the bar if targets of the group depart often', () => {
    const restless: Change = (target, moment, value) =>
      (moment + 61 * target) % 500 < 15 ? value + 8 + (moment % 7) : value;
    const comparison = new PeerDetector();
    run(comparison, [0, 8 * DAY], restless);
    const late = run(comparison, [8 * DAY, 16 * DAY], restless);
    expect(late.departures.length).toBeLessThanOrEqual(2);
    const more: Change = (target, moment, value) =>
      target === 4 && moment >= 16 * DAY + 20 && moment < 16 * DAY + 32 ? value + 400 : value;
    expect(run(comparison, [16 * DAY, 17 * DAY], more).departures).toHaveLength(1);
  });

  it('requires four targets that report, and handles gaps, constants and zeros', () => {
    const comparison = new PeerDetector();
    const few = new Map([['a', 1] as const, ['b', 2] as const, ['c', 3] as const]);
    expect(comparison.next(0, few)).toEqual({ departures: [], returns: [] });
    expect(comparison.size).toBe(0);
    const flat: Change = (target, moment) => (target === 4 && moment >= 4 * DAY ? 9 : 8);
    const { departures } = run(new PeerDetector(), [0, 5 * DAY], flat);
    expect(departures.map(({ targetId }) => targetId)).toEqual(['web-4']);
    expect(run(new PeerDetector(), [0, 3 * DAY], () => 0).departures).toEqual([]);
    const gappy: Change = (_target, moment, value) => (moment % 40 < 20 ? value : Number.NaN);
    const withGaps = new PeerDetector();
    for (let moment = 0; moment < 4 * DAY; moment++) {
      const values = [...valuesAt(moment, gappy)].filter(([, value]) => Number.isFinite(value));
      expect(withGaps.next(moment * STEP, new Map(values)).departures).toEqual([]);
    }
  });

  it('forgets targets that were not seen', () => {
    const comparison = trained.fresh();
    comparison.forgetBefore(4 * DAY * STEP);
    expect(comparison.size).toBe(0);
  });

  it('continues identically after being saved, and rejects truncated bytes', () => {
    const [one, other] = [trained.fresh(), trained.fresh()];
    const all = run(one, AFTER, leaves(6));
    const first = run(other, [4 * DAY, 4 * DAY + 22], leaves(6));
    const rest = run(copyOf(other), [4 * DAY + 22, 5 * DAY], leaves(6));
    expect([...first.departures, ...rest.departures]).toEqual(all.departures);
    expect([...first.returns, ...rest.returns]).toEqual(all.returns);
    const writer = new ByteWriter();
    one.save(writer);
    const bytes = writer.finish();
    expect(() => PeerDetector.load(new ByteReader(bytes.subarray(0, bytes.length - 1)))).toThrow(
      InvalidInputError,
    );
  });

  it('does not depend on the order of the targets or the unit of the metric', () => {
    const expected = run(trained.fresh(), AFTER, leaves(6)).departures;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.constantFrom(1, 2 ** -10, 2 ** 10), (turn, scale) => {
        const comparison = new PeerDetector();
        const found: PeerDeparture[] = [];
        for (let moment = 0; moment < 4 * DAY + 60; moment++) {
          const values = [...valuesAt(moment, leaves(6))].map(([id, value]) => [id, scale * value] as const);
          const turned = [...values.slice(turn), ...values.slice(0, turn)];
          found.push(...comparison.next(moment * STEP, new Map(turned)).departures);
        }
        expect(found.map(({ targetId, timestamp, score }) => ({ targetId, timestamp, score }))).toEqual(
          expected.map(({ targetId, timestamp, score }) => ({ targetId, timestamp, score })),
        );
      }),
      { numRuns: 6 },
    );
  });
});
