/** Which type of problem the facts show. */
import {
  type MetricMeaning,
  meaningOf,
  type OwnReading,
  wordsOf,
} from '../../metrics/meaning/metric-meaning.ts';
import type { CauseKind } from '../cause.ts';
import type { AlertSignal, AlertType, Trend } from './alert-type.ts';
import { ALERT_TYPES } from './alert-types.ts';

/** What is known about a problem. Nothing in it is chosen by the sender of an alert: for alerts the policy states the type. */
export interface ProblemFacts {
  readonly cause: CauseKind;
  /** The metric that shows the problem best; null if the cause names none. */
  readonly metric: {
    readonly name: string;
    readonly unit?: string | undefined;
    readonly own?: OwnReading | undefined;
  } | null;
  /** Where its values went or will go; null if unknown. */
  readonly direction: 'above' | 'below' | null;
  /** Points that were due did not arrive: an anomaly of the kind `missing`. */
  readonly isSilent: boolean;
  /** The level moves steadily: the leading part of the anomaly is `slow` or `drift`, or a breach is predicted hours ahead. */
  readonly isGradual: boolean;
  /** A change shortly before the onset is among the likely causes. */
  readonly hasChange: boolean;
  /** Name of the alarm and what it watches, such as `orders-db-cpu AWS/RDS CPUUtilization`; null without an alarm. */
  readonly alarm: string | null;
}

/** The first of `ALERT_TYPES` with a signal that matches; its last matches everything. */
export const alertTypeOf = (facts: ProblemFacts): AlertType => {
  const reading = readingOf(facts);
  const found = ALERT_TYPES.find(({ signals }) => signals.some((signal) => matches(signal, facts, reading)));
  return found ?? ALERT_TYPES[ALERT_TYPES.length - 1]!;
};

interface Reading {
  /** Lower-case words, separated by spaces. */
  readonly words: string;
  /** Undefined if neither a metric nor an alarm is known. */
  readonly meaning: MetricMeaning | undefined;
}

const readingOf = ({ metric, alarm }: ProblemFacts): Reading => {
  const words = [metric?.name, alarm].flatMap((name) => wordsOf(name ?? '')).join(' ');
  const named = metric?.name ?? alarm;
  return {
    words,
    meaning: named === null || named === undefined ? undefined : meaningOf(named, metric?.unit, metric?.own),
  };
};

const isHarmful = (meaning: MetricMeaning | undefined, direction: 'above' | 'below'): boolean => {
  const harm = meaning?.harm ?? 'rise';
  return harm === (direction === 'above' ? 'rise' : 'fall');
};

const goes = (trend: Trend, { direction }: ProblemFacts, { meaning }: Reading): boolean => {
  if (trend === 'rise') return direction === 'above';
  if (trend === 'fall') return direction === 'below';
  if (meaning?.harm === 'none') return false;
  if (direction === null) return trend === 'harm';
  return isHarmful(meaning, direction) === (trend === 'harm');
};

const matches = (signal: AlertSignal, facts: ProblemFacts, reading: Reading): boolean => {
  const { words, aspects, trend, cause } = signal;
  const { meaning } = reading;
  return (
    (words === undefined || words.test(reading.words)) &&
    (aspects === undefined || (meaning !== undefined && aspects.includes(meaning.aspect))) &&
    (trend === undefined || goes(trend, facts, reading)) &&
    (signal.isSilent === undefined || facts.isSilent) &&
    (cause === undefined || facts.cause === cause) &&
    (signal.isGradual === undefined || facts.isGradual) &&
    (signal.hasChange === undefined || facts.hasChange)
  );
};
