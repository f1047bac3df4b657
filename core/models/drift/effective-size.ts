/** How many independent values a series of dependent ones is worth. */

import { mean } from '../../shared/maths/averages.ts';
import { varianceInflation, varianceOf } from '../../shared/maths/serial-dependence.ts';
import type { ComparableSample } from './comparable-samples.ts';

/** Estimates of dependence are taken this much larger: they are uncertain, and too small ones cause false alarms. */
const CAUTION = 1.4;
/** Values within an hour are never independent. */
const MAX_PER_DAY = 24;

/** Days of one sample with their means, oldest first. */
const dailyMeans = (
  ranks: Float64Array,
  { days }: ComparableSample,
): { readonly means: number[]; readonly counts: number[] } => {
  const sums = new Map<number, [sum: number, count: number]>();
  days.forEach((day, i) => {
    const [sum, count] = sums.get(day) ?? [0, 0];
    sums.set(day, [sum + ranks[i]!, count + 1]);
  });
  const all = [...sums.values()];
  return { means: all.map(([sum, count]) => sum / count), counts: all.map(([, count]) => count) };
};

/**
 * Independent values that a day of a series is worth (Kish's effective sample size), from the reference: the variance of
 * single ranks over that of their daily means (batch means), less if successive days resemble each other. At least a
 * tenth of a value, at most one an hour.
 */
export const independentPerDay = (reference: ComparableSample): number => {
  const ranks = reference.low.map((low, i) => (low + reference.high[i]!) / 2);
  const { means, counts } = dailyMeans(ranks, reference);
  const between = CAUTION * varianceOf(means);
  const perDay = Math.min(MAX_PER_DAY, mean(counts));
  const within = varianceOf(ranks);
  const plain = between === 0 ? (within === 0 ? 1 : perDay) : within / between;
  return Math.max(0.1, Math.min(perDay, plain / varianceInflation(means)));
};

/** Number of different days of a sample. */
export const daysOf = ({ days }: ComparableSample): number => new Set(days).size;
