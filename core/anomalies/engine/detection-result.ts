import type { PartScore } from './calibrated-part.ts';

/**
 * `behavioural`: a value unusual for its time of day or outside its forecast; `pattern`: a sequence of values unlike any
 * before; `duration`: a lasting change (level shift, drift, flat line, higher variance); `correlation`: inconsistent with
 * its peers or with the target's other metrics; `missing`: points that were due did not
 * arrive.
 */
export const ANOMALY_KINDS = ['behavioural', 'pattern', 'correlation', 'duration', 'missing'] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

/** Parts of the score of one series. */
export const PART_NAMES = [
  'seasonal',
  'neighbour',
  'slow',
  'drift',
  'rhythm',
  'quiet',
  'restless',
  'forecast',
] as const;
export type PartName = (typeof PART_NAMES)[number];

const KIND_OF_PART: Readonly<Record<PartName, AnomalyKind>> = {
  seasonal: 'behavioural',
  forecast: 'behavioural',
  neighbour: 'pattern',
  slow: 'duration',
  drift: 'duration',
  rhythm: 'duration',
  quiet: 'duration',
  restless: 'duration',
};

const SENTENCE_OF_PART: Readonly<Record<PartName, string>> = {
  seasonal: 'the value is unusual for this time of day',
  forecast: 'the value lies outside its forecast',
  neighbour: 'the latest values follow a pattern not seen before',
  slow: 'the level has shifted from the usual level for this time of day',
  drift: 'the level has drifted from the usual level for this time of day',
  rhythm: 'the daily pattern is missing or has changed',
  quiet: 'the metric has gone quiet',
  restless: 'the metric fluctuates more than usual',
};

/** Details of an alert besides its score. */
export interface AlertDetail {
  readonly kind: AnomalyKind;
  /** The part that contributes most. */
  readonly leading: PartName;
  /** Epoch seconds of the first unusual point of this episode. */
  readonly since: number;
  /** A residual of the leading part this large occurs once in this many points. */
  readonly oneIn: number;
  /** Expected range of 98 % of the values at this time of day; absent until a value was seen at this time. */
  readonly expected?: { readonly lower: number; readonly upper: number };
  /** One sentence for people. */
  readonly reason: string;
}

/** Result of the detector for one point. `score` reaches the alert threshold if and only if `alert` is true. */
export interface DetectionResult extends Partial<AlertDetail> {
  readonly score: number;
  readonly alert: boolean;
  readonly parts: Readonly<Partial<Record<PartName, PartScore>>>;
  /** How unusual the point is by itself, before memory, budget and cooldown. Absent if the point was skipped. */
  readonly combined?: number;
  /** Signed distance from the average for its time of day. Absent if the point was skipped. */
  readonly difference?: number;
  /** True if the value is so far from all before that it may be a glitch; it is not learned yet. */
  readonly isFar?: boolean;
}

/** Kind and sentence of an alert, from its parts. `since` in epoch seconds. */
export const describeAlert = (
  parts: DetectionResult['parts'],
  since: number,
  expected: AlertDetail['expected'] | undefined,
): AlertDetail => {
  const present = PART_NAMES.filter((name) => parts[name] !== undefined);
  const leading = present.reduce((a, b) => (parts[b]!.score > parts[a]!.score ? b : a));
  const oneIn = Math.round(10 ** parts[leading]!.score);
  const reason = `${SENTENCE_OF_PART[leading]}; this happens once in ${oneIn} points`;
  const detail = { kind: KIND_OF_PART[leading], leading, since, oneIn, reason };
  return expected === undefined ? detail : { ...detail, expected };
};
