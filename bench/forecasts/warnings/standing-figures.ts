import { nextWarning, type WarnedRun } from '../../../core/forecasts/breach/standing-warning.ts';
import type { Severity } from '../../../core/forecasts/breach-risk.ts';
import { sortedQuantile } from '../../../core/shared/maths/order-statistics.ts';
import type { HourlyRun } from './hourly-runs.ts';

/** Warnings of one metric from run to run. */
export interface StandingFigures {
  /** Runs that are counted: without the first one of each metric, whose warnings may have stood before. */
  readonly runs: number;
  readonly raised: number;
  /** Raised although no breach followed within the horizon. */
  readonly falselyRaised: number;
  readonly ended: number;
  /** Changes between the severities warning and critical. */
  readonly regraded: number;
  /** Runs with a warning that no breach followed. */
  readonly falseRuns: number;
  /** Runs before a breach within the horizon, and those of them with a warning. */
  readonly breachRuns: number;
  readonly warnedRuns: number;
  /** Minutes to the breach when its warning was raised; NaN if none was. */
  readonly leadMinutes: number;
}

/** Severities of successive runs of one metric. */
type Follow = (runs: readonly HourlyRun[]) => readonly Severity[];

/** As each forecast alone suggests. */
export const alone: Follow = (runs) => runs.map(({ breach }) => breach.severity);

/** As the product lets warnings stand. */
export const standing: Follow = (runs) => {
  let before: WarnedRun | undefined;
  return runs.map((run) => {
    const warning = nextWarning(before, run);
    before = { ...run, warning };
    return warning?.severity ?? 'info';
  });
};

interface Counted {
  readonly run: HourlyRun;
  readonly before: Severity;
  readonly now: Severity;
}

const isPassed = ({ run }: Counted): boolean => run.breach.timeToImpactSeconds?.p50 === 0;
const isFalse = (one: Counted): boolean => one.run.stepsToBreach === 0 && !isPassed(one);
const warns = ({ now }: Counted): boolean => now !== 'info';
const isRaised = ({ before, now }: Counted): boolean => before === 'info' && now !== 'info';

/** Counts the warnings of many metrics, each with its successive runs. */
export const standingFigures = (
  metrics: readonly (readonly HourlyRun[])[],
  follow: Follow,
  stepSeconds: number,
): StandingFigures => {
  const counted = metrics.flatMap((runs) => {
    const severities = follow(runs);
    return runs.slice(1).map((run, i): Counted => ({ run, before: severities[i]!, now: severities[i + 1]! }));
  });
  const count = (isIt: (one: Counted) => boolean): number => counted.filter(isIt).length;
  const isAhead = (one: Counted): boolean => one.run.stepsToBreach > 0 && !isPassed(one);
  const leads = counted.filter((one) => isRaised(one) && isAhead(one));
  const minutes = Float64Array.from(leads, ({ run }) => (run.stepsToBreach * stepSeconds) / 60).sort();
  return {
    runs: counted.length,
    raised: count(isRaised),
    falselyRaised: count((one) => isRaised(one) && isFalse(one)),
    ended: count(({ before, now }) => before !== 'info' && now === 'info'),
    regraded: count(({ before, now }) => before !== 'info' && now !== 'info' && before !== now),
    falseRuns: count((one) => warns(one) && isFalse(one)),
    breachRuns: count(isAhead),
    warnedRuns: count((one) => isAhead(one) && warns(one)),
    leadMinutes: sortedQuantile(minutes, 0.5),
  };
};

const isTooLikely = (events: number, mean: number): boolean => {
  let [term, sum] = [Math.exp(-mean), 0];
  for (let k = 0; k <= events; k++) {
    sum += term;
    term *= mean / (k + 1);
  }
  return sum > 0.05;
};

/** The largest mean of a Poisson variable that gives at most `events` events with a probability of 5 % (Garwood 1936). */
export const upperMean = (events: number): number => {
  let [low, high] = [events, events + 10 + 5 * Math.sqrt(events + 1)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (isTooLikely(events, middle)) low = middle;
    else high = middle;
  }
  return high;
};
