import { HOUR_SECONDS } from '../../shared/time.ts';
import type { BreachRisk, Severity } from '../breach-risk.ts';
import type { ResolvedThreshold } from '../resolved-threshold.ts';
import type { StandingWarning, WarningReason } from '../warning.ts';
import { CRITICAL_WITHIN_SECONDS } from './assess-breach.ts';

/**
 * Probability down to which a warning stands. Lower than the one that raises it, so that a probability that varies
 * around one bar does not raise and end the warning in turn.
 */
export const STANDS_AT = { fixed: 0.3, historical: 0.4 } as const;
/** A breach that is at least so likely, or expected so soon, is a warning at once; any other if the next run agrees. */
const CERTAIN = 0.9;
const SOON_SECONDS = 2 * CRITICAL_WITHIN_SECONDS;
/** A critical warning stays critical while the breach is expected within this time. */
const STAYS_CRITICAL_WITHIN_SECONDS = 2 * CRITICAL_WITHIN_SECONDS;
/**
 * All runs of this time, two at least, must agree if one is not enough: less than the hour between runs, which may start
 * a little early.
 */
const AGREE_MS = 0.75 * HOUR_SECONDS * 1000;
/** A standing warning is announced again after this time, in case an announcement was lost. */
const REMIND_MS = 12 * HOUR_SECONDS * 1000;

/** A run's view of one metric. */
export interface AssessedRun {
  readonly issuedAt: number;
  readonly breach: BreachRisk;
  readonly threshold: ResolvedThreshold;
}

/** A run with the warning that it left. */
export interface WarnedRun extends AssessedRun {
  readonly warning: StandingWarning | null;
}

/** A switch that turns on at once, and off after it was not held on for a while. */
interface Latch {
  readonly isOn: boolean;
  readonly lessSince: number | null;
}

const OFF: Latch = { isOn: false, lessSince: null };

const turn = (before: Latch, turnsOn: boolean, holds: boolean, at: number): Latch => {
  if (turnsOn || (before.isOn && holds)) return { isOn: true, lessSince: null };
  if (!before.isOn) return OFF;
  const lessSince = before.lessSince ?? at;
  return at - lessSince >= AGREE_MS ? OFF : { isOn: true, lessSince };
};

const latchesOf = ({ severity, lessSince }: StandingWarning) => ({
  warning: { isOn: severity !== 'info', lessSince: lessSince.warning },
  critical: { isOn: severity === 'critical', lessSince: lessSince.critical },
});

/** A tenant who sets another limit asks for another warning; limits of the history move with every run. */
const isSameThreshold = (a: ResolvedThreshold, b: ResolvedThreshold): boolean =>
  a.direction === b.direction && a.source === b.source && (a.source === 'historical' || a.limit === b.limit);

/** The warning after the run before this one, raised or not; null if there was none, or for another threshold. */
const warningBefore = (before: WarnedRun | undefined, { threshold }: AssessedRun): StandingWarning | null =>
  before !== undefined && isSameThreshold(before.threshold, threshold) ? before.warning : null;

const NOT_LESS = { warning: null, critical: null } as const;

const severityOf = (warning: Latch, critical: Latch): Severity => {
  if (critical.isOn) return 'critical';
  return warning.isOn ? 'warning' : 'info';
};

/** Why the run announces the warning; null if it does not. */
const reasonOf = (
  { severity: before, announced }: StandingWarning,
  severity: Severity,
  at: number,
): WarningReason | null => {
  if (severity === 'info') return 'ended';
  if (severity !== before) return severity === 'critical' ? 'severity-raised' : 'severity-lowered';
  return at - (announced?.at ?? at) >= REMIND_MS ? 'reminder' : null;
};

const continued = (
  standing: StandingWarning,
  { issuedAt: at, breach, threshold }: AssessedRun,
): StandingWarning => {
  const { probability, severity: found, timeToImpactSeconds } = breach;
  const time = timeToImpactSeconds?.p50 ?? Number.POSITIVE_INFINITY;
  const isPassed = time === 0;
  const holds = isPassed || probability >= STANDS_AT[threshold.source];
  const holdsCritical = isPassed || (holds && time <= STAYS_CRITICAL_WITHIN_SECONDS);
  const latches = latchesOf(standing);
  const warning = turn(latches.warning, found !== 'info', holds, at);
  const critical = turn(latches.critical, found === 'critical', holdsCritical, at);
  const severity = severityOf(warning, critical);
  const reason = reasonOf(standing, severity, at);
  return {
    severity,
    since: standing.since,
    announced: reason === null ? standing.announced : { at, reason },
    lessSince: { warning: warning.lessSince, critical: critical.lessSince },
  };
};

const isUrgent = ({ probability, timeToImpactSeconds }: BreachRisk): boolean =>
  probability >= CERTAIN || (timeToImpactSeconds?.p50 ?? Number.POSITIVE_INFINITY) <= SOON_SECONDS;

/** No warning stood: raises one, or notes that the run found it. */
const begun = (
  last: StandingWarning | null,
  { issuedAt: at, breach }: AssessedRun,
): StandingWarning | null => {
  const { severity } = breach;
  if (severity === 'info') return null;
  const foundSince = last !== null && last.announced === null ? last.since : at;
  return isUrgent(breach) || at - foundSince >= AGREE_MS
    ? { severity, since: at, announced: { at, reason: 'raised' }, lessSince: NOT_LESS }
    : { severity: 'info', since: foundSince, announced: null, lessSince: NOT_LESS };
};

/**
 * The warning after a run, from that of the newest run before it. A breach that is almost certain or near is a warning
 * at once, and so is a greater severity; any other breach becomes a warning if two runs in a row find it. A warning ends
 * or becomes less severe only if two runs in a row say so (a Schmitt trigger with a hold time). While the limit is
 * passed it stands whatever the forecast says. A missing run changes nothing, and neither does a repeated or older one:
 * the result depends only on the runs in the order of their times.
 */
export const nextWarning = (before: WarnedRun | undefined, run: AssessedRun): StandingWarning | null => {
  if (before !== undefined && run.issuedAt <= before.issuedAt) return before.warning;
  const last = warningBefore(before, run);
  return last === null || last.severity === 'info' ? begun(last, run) : continued(last, run);
};
