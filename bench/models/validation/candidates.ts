/** Candidates made from the champion's forecasts: better ones, and ones with a fault. */
import { WARNS_AT } from '../../../core/forecasts/breach/assess-breach.ts';
import { centralShare, errorSums } from '../../../core/models/performance/error-sums.ts';
import type { WindowResult } from '../../../core/models/validation/compared-windows.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';
import type { FrozenWindow } from './frozen-windows.ts';

/** How a candidate differs from the champion. */
export interface Difference {
  /** Share of each error that it avoids: its true gain; negative if it is worse. */
  readonly gain: number;
  /** Factor of the width of its bands. */
  readonly width: number;
  /** Exponent of the probability of breaches: above 1 it warns less, below 1 more. */
  readonly caution: number;
  /** Gain in one segment instead of the general one. */
  readonly inSegment: { readonly segment: string; readonly gain: number } | null;
  /** Share of the windows without a usable forecast. */
  readonly broken: number;
  readonly seconds: number;
  /** Share of the calls that take so long; the others take 0.05 s. */
  readonly slowShare: number;
  readonly bytes: number;
}

const SOUND: Difference = {
  ...{ gain: 0.08, width: 1, caution: 1, inSegment: null, broken: 0 },
  ...{ seconds: 0.05, slowShare: 1, bytes: 1_300_000 },
};

/** A kind of candidate: whether it should replace the champion, and how it differs. */
export interface CandidateKind {
  readonly name: string;
  readonly isBetter: boolean;
  readonly draw: (random: RandomStream, segments: readonly string[]) => Difference;
}

const better = (gain: number): CandidateKind => ({
  name: `gains ${(100 * gain).toFixed(0)} %`,
  isBetter: true,
  draw: () => ({ ...SOUND, gain }),
});

const faulty = (name: string, draw: CandidateKind['draw']): CandidateKind => ({
  name,
  isBetter: false,
  draw,
});

/** Faulty candidates gain 8 % otherwise, unless the loss itself is the fault. */
export const KINDS: readonly CandidateKind[] = [
  ...[0.03, 0.05, 0.08, 0.12].map(better),
  faulty('no better', () => ({ ...SOUND, gain: 0 })),
  faulty('loss 3 to 20 % higher', (random) => ({ ...SOUND, gain: -random.between(0.03, 0.2) })),
  faulty('bands too narrow', (random) => ({ ...SOUND, width: random.between(0.4, 0.65) })),
  faulty('bands too wide', (random) => ({ ...SOUND, width: random.between(1.7, 3) })),
  faulty('misses breaches', (random) => ({ ...SOUND, caution: random.between(2, 4) })),
  faulty('false alarms', (random) => ({ ...SOUND, caution: random.between(0.2, 0.45) })),
  faulty('worse in one segment by 8 to 30 %', (random, segments) => ({
    ...SOUND,
    inSegment: { segment: segments[random.below(segments.length)]!, gain: -random.between(0.08, 0.3) },
  })),
  faulty('slow', (random) => ({ ...SOUND, seconds: random.between(2.1, 20) })),
  faulty('slow in 10 to 30 % of the calls', (random) => ({
    ...SOUND,
    seconds: random.between(3, 20),
    slowShare: random.between(0.1, 0.3),
  })),
  faulty('too large', (random) => ({ ...SOUND, bytes: random.between(5.1e6, 5e7) })),
  faulty('no forecast for 0.5 to 5 % of the windows', (random) => ({
    ...SOUND,
    broken: random.between(0.005, 0.05),
  })),
];

const PERSISTENCE = 0.95;
/** Deviation of the width of a candidate's bands from the champion's, on each side of the median. */
const OWN_WIDTH = 0.1;

/** Autocorrelated noise with unit variance. */
const noiseOf = (random: RandomStream): (() => number) => {
  let state = random.normal();
  return () => {
    state = PERSISTENCE * state + Math.sqrt(1 - PERSISTENCE ** 2) * random.normal();
    return state;
  };
};

/**
 * Quantiles of the candidate: errors shrunk by the gain, bands by the gain and the width, and the candidate's own
 * differences in width. Quantiles that equal each other or the actual value still do.
 */
const quantilesOf = (
  { quantiles, levels, actual }: FrozenWindow,
  gain: number,
  width: number,
  random: RandomStream,
): Float64Array[] => {
  const made = quantiles.map((row) => new Float64Array(row.length));
  const median = quantiles[levels.length >> 1]!;
  const [below, above] = [noiseOf(random), noiseOf(random)];
  for (let h = 0; h < actual.length; h++) {
    const error = Number.isFinite(actual[h]!) ? actual[h]! - median[h]! : 0;
    const sides = [below, above].map((noise) => (1 - gain) * width * Math.exp(OWN_WIDTH * noise()));
    for (const [l, row] of quantiles.entries()) {
      const distance = row[h]! - median[h]!;
      made[l]![h] = median[h]! + gain * error + sides[distance < 0 ? 0 : 1]! * distance;
    }
  }
  return made;
};

const resultOf = (
  window: FrozenWindow,
  quantiles: readonly Float64Array[],
  warns: (probability: number) => number,
): WindowResult => {
  const { seriesId, segment, levels: quantileLevels, actual, scale, breaches } = window;
  const sums = errorSums({ quantileLevels, quantiles, actual, scale }, 0, actual.length);
  return {
    ...{ seriesId, segment, window: window.window },
    loss: sums.scaledQuantileLoss / sums.steps,
    covered: centralShare(sums),
    breaches: breaches.map(({ probability, crossed }) => ({
      warned: warns(probability) >= WARNS_AT.historical,
      crossed,
    })),
  };
};

/** The champion's result on a window. */
export const championResult = (window: FrozenWindow): WindowResult =>
  resultOf(window, window.quantiles, (probability) => probability);

/** Models disagree: deviations of the logarithm of the ratio of losses between series, and between windows of one. */
const SERIES_NOISE = 0.08;
const WINDOW_NOISE = 0.15;

/** The candidate's result; null if it gave none. `seed` is that of the pair. */
export const candidateResult = (
  window: FrozenWindow,
  { gain, width, caution, inSegment, broken }: Difference,
  seed: number,
  random: RandomStream,
): WindowResult | null => {
  if (random.uniform() < broken) return null;
  const own = inSegment?.segment === window.segment ? inSegment.gain : gain;
  const bias = randomStream(seed, 'series', window.seriesId).normal();
  const here = 1 - (1 - own) * Math.exp(SERIES_NOISE * bias + WINDOW_NOISE * random.normal());
  return resultOf(window, quantilesOf(window, here, width, random), (probability) => probability ** caution);
};

/** Seconds of single forecasts. */
export const latenciesOf = ({ seconds, slowShare }: Difference, random: RandomStream): number[] =>
  Array.from({ length: 100 }, () => (random.uniform() < slowShare ? seconds : 0.05));
