import { describe, expect, it } from 'vitest';
import {
  NAB_PROFILES,
  nabBestScore,
  nabScoreAt,
  probationRows,
  rowValue,
  type ScoredFile,
  sigmoid,
} from '../../../../bench/anomalies/detect/nab-score.ts';

const windows = [
  { first: 400, last: 499 },
  { first: 700, last: 719 },
];
const fileWith = (hits: readonly number[], scores: readonly number[] = hits.map(() => 1)): ScoredFile => {
  const row = new Array<number>(1000).fill(0);
  hits.forEach((hit, i) => {
    row[hit] = scores[i]!;
  });
  return { scores: row, windows };
};

describe('NAB scorer', () => {
  it('excludes 15 % of a file, at most 750 rows, from the score', () => {
    expect(probationRows(1000)).toBe(150);
    expect(probationRows(4032)).toBe(604);
    expect(probationRows(20_000)).toBe(750);
  });

  it('values a row by its position in or after a window', () => {
    expect(rowValue(400, windows)).toBe(1);
    // Middle of a 100-row window: x = -50/100; s(-0.5) / s(-1) = 0.848284 / 0.986614.
    expect(rowValue(450, windows)).toBeCloseTo(0.859793, 5);
    // Last row: x = -1/100; s(-0.01) / s(-1) = 0.024995 / 0.986614.
    expect(rowValue(499, windows)).toBeCloseTo(0.025334, 5);
    expect(rowValue(399, windows)).toBe(-1);
    // One row behind: x = 1/99; s = 2 / (1 + e^0.050505) - 1.
    expect(rowValue(500, windows)).toBeCloseTo(-0.025247, 5);
    expect(rowValue(499 + 99, windows)).toBeCloseTo(sigmoid(1), 12);
    // The most recent window counts: 3 widths behind the second one is x = 60/19 > 3.
    expect(rowValue(719 + 57, windows)).toBeCloseTo(sigmoid(3), 12);
    expect(rowValue(719 + 58, windows)).toBe(-1);
  });

  it.each(Object.entries(NAB_PROFILES))(
    'gives 100 to a perfect and 0 to a silent detector (%s)',
    (_, profile) => {
      expect(nabScoreAt([fileWith([400, 700])], 1, profile)).toBeCloseTo(100, 10);
      expect(nabScoreAt([fileWith([])], 1, profile)).toBe(0);
    },
  );

  it('gives half for one of two windows hit on its first row, and nothing for later hits in it', () => {
    expect(nabScoreAt([fileWith([400])], 1)).toBeCloseTo(50, 10);
    expect(nabScoreAt([fileWith([400, 401, 450])], 1)).toBeCloseTo(50, 10);
    // Low false negatives: (-4 + 2 + 1 + 4) / (2 + 4).
    expect(nabScoreAt([fileWith([400])], 1, NAB_PROFILES.rewardLowFalseNegatives)).toBeCloseTo(50, 10);
  });

  it('penalises each row of false alarms by distance and profile', () => {
    // (-2 - 0.11 + 2) / 4 and so on; the two rows 300 and 301 lie before any window.
    expect(nabScoreAt([fileWith([300])], 1)).toBeCloseTo(-2.75, 10);
    expect(nabScoreAt([fileWith([300, 301])], 1)).toBeCloseTo(-5.5, 10);
    expect(nabScoreAt([fileWith([300])], 1, NAB_PROFILES.rewardLowFalsePositives)).toBeCloseTo(-5.5, 10);
    expect(nabScoreAt([fileWith([300])], 1, NAB_PROFILES.rewardLowFalseNegatives)).toBeCloseTo(-11 / 6, 10);
    expect(nabScoreAt([fileWith([500])], 1)).toBeCloseTo(-2.75 * 0.025247, 4);
  });

  it('neither penalises nor rewards alerts in the probation', () => {
    expect(nabScoreAt([fileWith([0, 20, 149])], 1)).toBe(0);
    expect(nabScoreAt([fileWith([150])], 1)).toBeCloseTo(-2.75, 10);
  });

  it('finds the best threshold over all files together', () => {
    const files = [
      fileWith([300, 400, 700], [0.5, 0.9, 0.7]),
      { scores: new Float64Array(300), windows: [] },
    ];
    expect(nabBestScore(files)).toEqual({ score: 100, threshold: 0.7 });
    expect(nabScoreAt(files, 0.9)).toBeCloseTo(50, 10);
    expect(nabScoreAt(files, 0.5)).toBeCloseTo(97.25, 10);
  });

  it('treats all rows of one score together and may prefer no alerts', () => {
    expect(nabBestScore([fileWith([200, 300, 350])])).toEqual({
      score: 0,
      threshold: Number.POSITIVE_INFINITY,
    });
    const tied = fileWith([300, 400]);
    expect(nabBestScore([tied]).score).toBeCloseTo(47.25, 10);
  });
});
