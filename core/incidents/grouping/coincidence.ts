/**
 * Shared causes that no graph tells of: many targets whose same metric, or same kind of alarm, begins to misbehave at
 * about the same time. Why these limits: docs/adr/0010-incidents.md.
 */

import { DAY_SECONDS } from '../../shared/time.ts';
import type { Coincidence, Incident, IncidentMember } from '../incident.ts';
import { onsetsOf } from '../members.ts';
import { dedupKey, type TriggerSignal } from '../signal.ts';
import type { GroupingContext } from './grouping-context.ts';

/** Days in which one metric of one target is reported once by chance, or for a reason of its own. */
const DAYS_PER_ALERT = 14;
/** Coincidences by chance that are put up with, per metric and year. */
const CHANCE_PER_YEAR = 0.001;
const FEWEST_TARGETS = 3;
const DAYS_PER_YEAR = 365;

/** Probability of `least` or more events where `mean` are expected (Poisson). Summed from the top, as it is tiny. */
const tailOf = (mean: number, least: number): number => {
  let term = Math.exp(-mean);
  for (let k = 1; k <= least; k++) term *= mean / k;
  let sum = 0;
  for (let k = least + 1; term > 0 && k < least + 400; k++) {
    sum += term;
    term *= mean / k;
  }
  return sum;
};

/**
 * How many targets have to misbehave in the same way within `windowSeconds` for chance to be ruled out, in a fleet of
 * so many: 3 of 10, 5 of 100, 8 of 1,000, 18 of 10,000 within five minutes.
 */
export const minCoincidence = (fleetTargets: number, windowSeconds: number): number => {
  const perYear = (fleetTargets * DAYS_PER_YEAR) / DAYS_PER_ALERT;
  const meanOthers = (fleetTargets * windowSeconds) / (DAYS_PER_ALERT * DAY_SECONDS);
  let targets = FEWEST_TARGETS;
  // Below twice the mean the tail is no rarity, and its first terms do not grow smaller.
  while (targets - 1 < 2 * meanOthers || perYear * tailOf(meanOthers, targets - 1) > CHANCE_PER_YEAR)
    targets++;
  return targets;
};

const UUID_HEX_OR_NUMBER = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-f]*\d)[0-9a-f]{8,}|\d+/gi;
const LEAST_LETTERS = 3;

/** An alarm's name without what names its target: `web-1-errors` and `web-2-errors` are both `web-#-errors`. */
export const alarmPattern = (alarmName: string, targetId: string): string => {
  const general = (name: string) => name.replaceAll(UUID_HEX_OR_NUMBER, '#');
  const pattern = general(alarmName.replaceAll(targetId, '*'));
  const letters = pattern.match(/\p{L}/gu)?.length ?? 0;
  return letters < LEAST_LETTERS ? general(alarmName) : pattern;
};

const subjects = new WeakMap<IncidentMember, string>();

/** What a member is about, whichever target it concerns. Members never change, so that it is worked out once. */
const subjectOf = (member: IncidentMember): string => {
  const known = subjects.get(member);
  if (known !== undefined) return known;
  const parts: readonly unknown[] = JSON.parse(member.key);
  const about = String(parts.at(-1));
  const subject =
    member.kind === 'alarm' ? `alarm ${alarmPattern(about, member.targetId)}` : `metric ${about}`;
  subjects.set(member, subject);
  return subject;
};

interface Onset {
  readonly at: number;
  readonly targetId: string;
  readonly incident: Incident;
}

const onsetsAround = (
  incidents: readonly Incident[],
  subject: string,
  at: number,
  reach: number,
): Onset[] => {
  const found: Onset[] = [];
  for (const incident of incidents) {
    for (const member of Object.values(incident.members)) {
      if (member.firstAt > at + reach || member.lastAt < at - reach || subjectOf(member) !== subject)
        continue;
      for (const onset of onsetsOf(member)) {
        if (Math.abs(onset - at) <= reach) found.push({ at: onset, targetId: member.targetId, incident });
      }
    }
  }
  return found.sort((a, b) => a.at - b.at);
};

/** How many targets each window holds that begins with an onset and ends `reach` later: [first, past last, targets]. */
function* windows(onsets: readonly Onset[], reach: number): Generator<readonly [number, number, number]> {
  const held = new Map<string, number>();
  let end = 0;
  for (const [start, { at, targetId }] of onsets.entries()) {
    for (; end < onsets.length && onsets[end]!.at <= at + reach; end++) {
      const target = onsets[end]!.targetId;
      held.set(target, (held.get(target) ?? 0) + 1);
    }
    yield [start, end, held.size];
    const left = held.get(targetId)! - 1;
    if (left === 0) held.delete(targetId);
    else held.set(targetId, left);
  }
}

/** A coincidence and the incidents that it makes one. */
export interface FoundCoincidence {
  readonly coincidence: Coincidence;
  readonly incidents: readonly Incident[];
}

/**
 * Looks whether so many targets began to misbehave in the same way as the target of `signal`, at about the same time,
 * that it is no chance. Further onsets only ever add to what was found, so that the order of arrival does not matter.
 */
export const findCoincidence = (
  signal: TriggerSignal,
  holder: Incident,
  others: readonly Incident[],
  context: GroupingContext,
): FoundCoincidence | undefined => {
  const own = holder.members[dedupKey(signal)];
  // A breach that was predicted before is no beginning.
  if (own === undefined || !onsetsOf(own).includes(signal.at)) return undefined;
  const reach = context.policy.coincidenceSeconds;
  const subject = subjectOf(own);
  const onsets = onsetsAround([holder, ...others], subject, signal.at, reach);
  let coincidence: Coincidence | undefined;
  const incidents = new Set<Incident>();
  let covered = 0;
  for (const [start, end, targets] of windows(onsets, reach)) {
    const { at } = onsets[start]!;
    if (at > signal.at || targets < context.coincidenceTargets) continue;
    for (covered = Math.max(covered, start); covered < end; covered++)
      incidents.add(onsets[covered]!.incident);
    if (targets > (coincidence?.targets ?? 0)) coincidence = { subject, at, targets };
  }
  incidents.delete(holder);
  return coincidence && { coincidence, incidents: [...incidents] };
};

/** Of two sets of coincidences, for each subject that of more targets, the earlier of equals. */
export const joinCoincidences = (
  a: readonly Coincidence[],
  b: readonly Coincidence[],
): readonly Coincidence[] => {
  const largest = new Map<string, Coincidence>();
  for (const each of [...a, ...b]) {
    const known = largest.get(each.subject);
    const isLarger = known === undefined || each.targets > known.targets;
    if (isLarger || (each.targets === known.targets && each.at < known.at)) largest.set(each.subject, each);
  }
  return [...largest.values()].sort((x, y) => (x.subject < y.subject ? -1 : 1));
};
