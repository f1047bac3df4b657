/** Rules about serving: latency and size. */

import { sortedQuantile } from '../../shared/maths/order-statistics.ts';
import type { GateRule } from './gate-rule.ts';

/** High enough that one slow call in ten is seen in a hundred calls. */
const PERCENTILE = 0.99;
const MEGABYTE = 1_000_000;

/** A warm forecast takes less than the limit. */
export const latency: GateRule = ({ warmSeconds, settings: { maxSeconds, minLatencies } }) => {
  if (warmSeconds.length < minLatencies)
    return {
      ...{ passed: false, figure: null, threshold: maxSeconds },
      reason: `The latency was measured ${warmSeconds.length} times; ${minLatencies} are needed to judge it.`,
    };
  const seconds = sortedQuantile(Float64Array.from(warmSeconds).sort(), PERCENTILE);
  return {
    passed: seconds < maxSeconds,
    figure: seconds,
    threshold: maxSeconds,
    reason: `99 % of the warm forecasts took at most ${seconds.toPrecision(2)} s; ${maxSeconds} s is the limit.`,
  };
};

/** The artefact is small enough to be loaded. */
export const size: GateRule = ({ artefactBytes, settings: { maxBytes } }) => ({
  passed: artefactBytes <= maxBytes,
  figure: artefactBytes,
  threshold: maxBytes,
  reason: `The artefact has ${(artefactBytes / MEGABYTE).toFixed(1)} MB; ${(maxBytes / MEGABYTE).toFixed(1)} MB is the limit.`,
});
