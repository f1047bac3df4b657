import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockStream, LOSS_WORLDS } from '../../../../bench/models/rollouts/scored-pairs.ts';
import { seededRandom } from '../../../../bench/shared/seeded-random.ts';
import {
  chanceOf,
  isShownWorse,
  NO_EVIDENCE,
  observeBlock,
} from '../../../../core/models/rollout/sequential-test.ts';
import type { TestState } from '../../../../core/models/rollout.ts';
import { scoredBlock } from '../../../../core/models/scored-block.ts';

const difference = fc.double({ min: -1, max: 1, noNaN: true });
const differences = fc.array(difference, { minLength: 1, maxLength: 40 });

const blockOf = (values: readonly number[]) => ({
  differences: values.reduce((sum, value) => sum + value, 0),
  squares: values.reduce((sum, value) => sum + value * value, 0),
});

const evidenceOf = (blocks: readonly (readonly number[])[]): TestState =>
  blocks.map(blockOf).reduce(observeBlock, NO_EVIDENCE);

const capitalOf = ({ logCapitals }: TestState): number =>
  logCapitals.reduce((sum, log) => sum + Math.exp(log), 0) / logCapitals.length;

describe('the bets against a candidate', () => {
  it('are fair if the two models are as likely to be swapped, whatever the series of a block have in common', () => {
    fc.assert(
      fc.property(fc.array(differences, { maxLength: 8 }), differences, (before, values) => {
        const state = evidenceOf(before);
        const [asIs, swapped] = [values, values.map((value) => -value)].map((each) =>
          capitalOf(observeBlock(state, blockOf(each))),
        );
        const mean = ((asIs ?? Number.NaN) + (swapped ?? Number.NaN)) / 2;
        expect(mean / capitalOf(state)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('never lose everything, and remember the best moment', () => {
    fc.assert(
      fc.property(fc.array(differences, { maxLength: 30 }), (blocks) => {
        let best = 1;
        let state = NO_EVIDENCE;
        for (const values of blocks) {
          state = observeBlock(state, blockOf(values));
          expect(capitalOf(state)).toBeGreaterThan(0);
          best = Math.max(best, capitalOf(state));
        }
        expect(Math.exp(state.peak)).toBeCloseTo(best, 6);
        expect(chanceOf(state)).toBeCloseTo(1 / best, 9);
        expect(state.blocks).toBe(blocks.length);
      }),
    );
  });

  it('win from a candidate that always loses more, and never from one that always loses less', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.integer({ min: 4, max: 200 }),
        (size, n) => {
          const blocks = (sign: number) => Array.from({ length: 15 }, () => Array(n).fill(sign * size));
          expect(isShownWorse(evidenceOf(blocks(1)), 0.05)).toBe(true);
          expect(isShownWorse(evidenceOf(blocks(-1)), 0.05)).toBe(false);
        },
      ),
    );
  });

  it('do not change for blocks without any difference', () => {
    const { logCapitals, peak } = evidenceOf([[0, 0, 0]]);
    expect(logCapitals.map(Math.abs)).toEqual(NO_EVIDENCE.logCapitals);
    expect(peak).toBe(0);
  });

  const [own, storms] = LOSS_WORLDS;
  it.each([
    ['series on their own', own!],
    ['storms that move all series', storms!],
  ])('show an equal candidate to be worse as rarely as promised, at any time: %s', (_, world) => {
    const [streams, rate] = [400, 0.1];
    const random = seededRandom(7);
    let wrong = 0;
    for (let stream = 0; stream < streams; stream++) {
      const next = blockStream(random, world, 0, 20);
      let state = NO_EVIDENCE;
      for (let index = 0; index < 60; index++) state = observeBlock(state, next(index));
      if (isShownWorse(state, rate)) wrong++;
    }
    // The rate plus three standard errors.
    expect(wrong / streams).toBeLessThan(rate + 3 * Math.sqrt((rate * (1 - rate)) / streams));
    expect(wrong).toBeGreaterThan(0);
  });

  it('find a candidate that loses 20 % more', () => {
    const random = seededRandom(8);
    for (let stream = 0; stream < 40; stream++) {
      const next = blockStream(random, own!, 0.2, 100);
      let state = NO_EVIDENCE;
      for (let index = 0; index < 30; index++) state = observeBlock(state, next(index));
      expect(isShownWorse(state, 0.05)).toBe(true);
    }
  });
});

describe('a block of scored forecasts', () => {
  const loss = fc.double({ min: 0, max: 1e6, noNaN: true });
  const pair = fc.record({
    candidateLoss: loss,
    championLoss: loss,
    isCandidateCovered: fc.boolean(),
    isChampionCovered: fc.boolean(),
  });

  it('has the opposite differences if the models are swapped, and the same for any scale of a series', () => {
    fc.assert(
      fc.property(
        fc.array(pair, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(2, 1024),
        (pairs, scale) => {
          const own = scoredBlock(5, pairs);
          const swapped = scoredBlock(
            5,
            pairs.map((each) => ({
              ...{ candidateLoss: each.championLoss, championLoss: each.candidateLoss },
              ...{ isCandidateCovered: each.isChampionCovered, isChampionCovered: each.isCandidateCovered },
            })),
          );
          expect(swapped.differences).toBeCloseTo(-own.differences, 9);
          expect(swapped.squares).toBeCloseTo(own.squares, 9);
          expect(swapped.candidateCovered).toBe(own.championCovered);
          const scaled = scoredBlock(
            5,
            pairs.map((each) => ({
              ...each,
              ...{ candidateLoss: scale * each.candidateLoss, championLoss: scale * each.championLoss },
            })),
          );
          expect(scaled.differences).toBeCloseTo(own.differences, 6);
          expect(own.squares).toBeLessThanOrEqual(own.forecasts);
        },
      ),
    );
  });

  it('sums what it holds', () => {
    const pairs = [
      { candidateLoss: 3, championLoss: 1, isCandidateCovered: true, isChampionCovered: true },
      { candidateLoss: 0, championLoss: 0, isCandidateCovered: false, isChampionCovered: true },
    ];
    expect(scoredBlock(9, pairs)).toEqual({
      ...{ at: 9, forecasts: 2, differences: 0.5, squares: 0.25, candidateLoss: 3, championLoss: 1 },
      ...{ candidateCovered: 1, championCovered: 2 },
    });
  });
});
