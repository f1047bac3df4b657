/** Rules about the coverage of the 80 % bands. */

import { mean } from '../../shared/maths/averages.ts';
import type { ComparedWindow } from './compared-windows.ts';
import { type GateRule, percentText } from './gate-rule.ts';

const NOMINAL = 0.8;

const coverageOf = (windows: readonly ComparedWindow[], model: keyof ComparedWindow): number =>
  mean(windows.map((window) => window[model].covered));

/** The coverage, and how far it may be from 0.8: as far as the champion's, or the limit if that is more. */
const judge = (windows: readonly ComparedWindow[], limit: number) => {
  const covered = coverageOf(windows, 'candidate');
  const allowed = Math.max(limit, Math.abs(coverageOf(windows, 'champion') - NOMINAL));
  return { covered, allowed, excess: Math.abs(covered - NOMINAL) - allowed };
};

/** The bands cover about 80 % of the values. */
export const coverage: GateRule = ({ windows, settings: { maxCoverageError } }) => {
  if (windows.length === 0)
    return {
      passed: false,
      figure: null,
      threshold: maxCoverageError,
      reason: 'No window shows the coverage.',
    };
  const { covered, allowed, excess } = judge(windows, maxCoverageError);
  return {
    passed: excess <= 0,
    figure: covered,
    threshold: covered < NOMINAL ? NOMINAL - allowed : NOMINAL + allowed,
    reason: `The candidate's 80 % bands cover ${percentText(covered)} of the values; ${percentText(NOMINAL - allowed)} to ${percentText(NOMINAL + allowed)} are allowed.`,
  };
};

/** The bands are usable in each segment with enough series. */
export const segmentCoverage: GateRule = ({ windows, settings }) => {
  const judged = [...Map.groupBy(windows, ({ champion }) => champion.segment)]
    .filter(
      ([, own]) => new Set(own.map(({ champion }) => champion.seriesId)).size >= settings.minSegmentSeries,
    )
    .map(([segment, own]) => ({ segment, ...judge(own, settings.maxSegmentCoverageError) }))
    .toSorted((a, b) => b.excess - a.excess);
  const [worst] = judged;
  if (worst === undefined)
    return {
      ...{ passed: true, figure: NOMINAL, threshold: NOMINAL - settings.maxSegmentCoverageError },
      reason: `No segment has ${settings.minSegmentSeries} series, so that each is judged with all others only.`,
    };
  const { segment, covered, allowed, excess } = worst;
  return {
    passed: excess <= 0,
    figure: covered,
    threshold: covered < NOMINAL ? NOMINAL - allowed : NOMINAL + allowed,
    reason: `The candidate's 80 % bands cover ${percentText(covered)} of the values for ${segment}, the worst of ${judged.length} segments; ${percentText(NOMINAL - allowed)} to ${percentText(NOMINAL + allowed)} are allowed.`,
  };
};
