/** Snapshot, cross-validation and search. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rollingOrigins } from '../../../../core/models/training/rolling-origins.ts';
import { bestTrial, MAX_TRIALS, seedOf, trialsOf } from '../../../../core/models/training/search-space.ts';
import { snapshotManifest } from '../../../../core/models/training/snapshot-manifest.ts';
import { jsonHash } from '../../../../core/shared/canonical-json.ts';
import { hash, SCOPE } from '../samples.ts';

const time = fc.integer({ min: 0, max: 1000 });
const object = fc
  .record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    from: time,
    length: fc.integer({ min: 1, max: 200 }),
  })
  .map(({ key, from, length }) => ({ key, sha256: hash(key), bytes: 10, from, to: from + length }));
const objects = fc.uniqueArray(object, { selector: ({ key }) => key, maxLength: 6 });

describe('a snapshot', () => {
  it('holds the objects with points in its window, whatever their order', () => {
    fc.assert(
      fc.property(objects, time, fc.integer({ min: 1, max: 500 }), (found, from, length) => {
        const window = { from, to: from + length };
        const manifest = snapshotManifest(SCOPE, window, found);
        expect(jsonHash(snapshotManifest(SCOPE, window, found.toReversed()))).toBe(jsonHash(manifest));
        const hasPoints = ({ from: first, to }: (typeof found)[number]) =>
          first < window.to && to > window.from;
        expect(new Set(manifest.objects)).toEqual(new Set(found.filter(hasPoints)));
        expect(manifest.objects.map(({ key }) => key)).toEqual(
          manifest.objects.map(({ key }) => key).toSorted((a, b) => (a < b ? -1 : 1)),
        );
      }),
    );
  });

  it('has another hash for other content, and takes a repeated object once', () => {
    const window = { from: 0, to: 10 };
    const one = { key: 'a', sha256: hash('1'), bytes: 1, from: 0, to: 5 };
    const manifest = snapshotManifest(SCOPE, window, [one, one]);
    expect(manifest.objects).toEqual([one]);
    const other = { ...one, sha256: hash('2') };
    expect(jsonHash(snapshotManifest(SCOPE, window, [other]))).not.toBe(jsonHash(manifest));
    expect(() => snapshotManifest(SCOPE, window, [one, other])).toThrow('object a has two contents');
  });
});

describe('rolling origins', () => {
  it('never let a fold see what it is scored on, or score anything twice', () => {
    const plans = fc.record({
      folds: fc.integer({ min: 1, max: 8 }),
      scoreSeconds: fc.integer({ min: 1, max: 100 }),
      minTrainSeconds: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(
        plans,
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 500 }),
        (plan, from, spare) => {
          const { folds, scoreSeconds, minTrainSeconds } = plan;
          const to = from + minTrainSeconds + folds * scoreSeconds + spare;
          const origins = rollingOrigins({ from, to }, plan);
          expect(origins).toHaveLength(folds);
          expect(origins.at(-1)?.scoreUntil).toBe(to);
          for (const [index, { trainFrom, trainUntil, scoreFrom, scoreUntil }] of origins.entries()) {
            expect(trainFrom).toBe(from);
            expect(trainUntil - trainFrom).toBeGreaterThanOrEqual(minTrainSeconds);
            expect(trainUntil).toBeLessThanOrEqual(scoreFrom);
            expect(scoreUntil - scoreFrom).toBe(scoreSeconds);
            expect(scoreFrom).toBeGreaterThanOrEqual(origins[index - 1]?.scoreUntil ?? from);
          }
          expect(() => rollingOrigins({ from, to: to - spare - 1 }, plan)).toThrow('too short');
        },
      ),
    );
  });
});

describe('a search', () => {
  it('tries every combination once, in the same order, with the same seed', () => {
    const trials = trialsOf({ rate: [0.1, 0.2], leaves: [15, 31], kind: ['gbdt'] }, 7);
    expect(trials.map(({ parameters }) => parameters)).toEqual([
      { kind: 'gbdt', leaves: 15, rate: 0.1 },
      { kind: 'gbdt', leaves: 15, rate: 0.2 },
      { kind: 'gbdt', leaves: 31, rate: 0.1 },
      { kind: 'gbdt', leaves: 31, rate: 0.2 },
    ]);
    expect(new Set(trials.map(({ trialId }) => trialId)).size).toBe(4);
    expect(trials.every(({ seed }) => seed === 7)).toBe(true);
    expect(trialsOf({ kind: ['gbdt'], leaves: [15, 31], rate: [0.1, 0.2] }, 7)).toEqual(trials);
    expect(trialsOf({}, 7)).toMatchObject([{ parameters: {} }]);
  });

  it('is small', () => {
    const values = Array.from({ length: MAX_TRIALS + 1 }, (_, index) => index);
    expect(() => trialsOf({ a: values }, 1)).toThrow('the search has 65 combinations; 1 to 64 are possible');
    expect(() => trialsOf({ a: [] }, 1)).toThrow('the search has 0 combinations');
    expect(trialsOf({ a: values.slice(1) }, 1)).toHaveLength(MAX_TRIALS);
  });

  it('has the seed of its data and code', () => {
    expect(seedOf('a', 'b')).toBe(seedOf('a', 'b'));
    expect(new Set([seedOf('a', 'b'), seedOf('a', 'c'), seedOf('b', 'b')]).size).toBe(3);
    expect(seedOf('a', 'b')).toBeLessThan(2 ** 28);
  });

  it('chooses the smallest mean loss, the first of equal ones, and none that failed anywhere', () => {
    const trials = trialsOf({ leaves: [1, 2, 3, 4, 5] }, 1);
    const losses = [[3, 3], [2, 1], [1, 2], [0, null], [0]];
    const results = trials.map(({ trialId }, index) => ({ trialId, losses: losses[index] ?? [] }));
    expect(bestTrial(trials, results.toReversed(), 2)).toEqual({ trialId: trials[1]?.trialId, loss: 1.5 });
    expect(bestTrial(trials, results.slice(3), 2)).toBeUndefined();
    expect(bestTrial(trials, [], 2)).toBeUndefined();
    const infinite = [{ trialId: trials[0]?.trialId ?? '', losses: [Number.NaN, 1] }];
    expect(bestTrial(trials, infinite, 2)).toBeUndefined();
  });
});
