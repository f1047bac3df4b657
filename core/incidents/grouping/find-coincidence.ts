/**
 * Finds shared causes that no dependency graph shows: many targets whose same metric, or same kind of alarm, began to
 * misbehave at about the same time. Reasons for the limits: docs/adr/0010-incidents.md.
 */

import type { Coincidence, Incident } from '../incident.ts';
import { onsetsOf } from '../members.ts';
import { dedupKey, type TriggerSignal } from '../signal.ts';
import { coincidenceSubject } from './coincidence-subject.ts';
import type { GroupingContext } from './grouping-context.ts';

/** A coincidence and the incidents that it connects. */
export interface FoundCoincidence {
  readonly coincidence: Coincidence;
  readonly incidents: readonly Incident[];
}

/**
 * Finds the coincidence around `signal`: enough targets began to misbehave in the same way at about the same time to
 * rule out chance. Onsets are never removed, so the order of arrival does not matter.
 */
export const findCoincidence = (
  signal: TriggerSignal,
  holder: Incident,
  others: readonly Incident[],
  context: GroupingContext,
): FoundCoincidence | undefined => {
  const own = holder.members[dedupKey(signal)];
  // A repeated announcement of a breach is not an onset.
  if (own === undefined || !onsetsOf(own).includes(signal.at)) return undefined;
  const reach = context.policy.coincidenceSeconds;
  const subject = coincidenceSubject(own);
  const onsets = onsetsAround([holder, ...others], subject, signal.at, reach);
  let coincidence: Coincidence | undefined;
  const incidents = new Set<Incident>();
  let covered = 0;
  for (const { start, end, targets } of windowsOf(onsets, reach)) {
    const { at } = onsets[start]!;
    if (at > signal.at || targets < context.coincidenceTargets) continue;
    for (covered = Math.max(covered, start); covered < end; covered++)
      incidents.add(onsets[covered]!.incident);
    if (targets > (coincidence?.targets ?? 0)) coincidence = { subject, at, targets };
  }
  incidents.delete(holder);
  return coincidence && { coincidence, incidents: [...incidents] };
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
      const isFar = member.firstAt > at + reach || member.lastAt < at - reach;
      if (isFar || coincidenceSubject(member) !== subject) continue;
      for (const onset of onsetsOf(member)) {
        if (Math.abs(onset - at) <= reach) found.push({ at: onset, targetId: member.targetId, incident });
      }
    }
  }
  return found.sort((a, b) => a.at - b.at);
};

/** The onsets from `start` up to, but not including, `end`, and the number of different targets among them. */
interface OnsetWindow {
  readonly start: number;
  readonly end: number;
  readonly targets: number;
}

/** For each onset the window that begins with it and lasts `reach` seconds. `onsets` are in order of time. */
function* windowsOf(onsets: readonly Onset[], reach: number): Generator<OnsetWindow> {
  const counts = new Map<string, number>();
  let end = 0;
  for (const [start, { at, targetId }] of onsets.entries()) {
    for (; end < onsets.length && onsets[end]!.at <= at + reach; end++) {
      const target = onsets[end]!.targetId;
      counts.set(target, (counts.get(target) ?? 0) + 1);
    }
    yield { start, end, targets: counts.size };
    const remaining = counts.get(targetId)! - 1;
    if (remaining === 0) counts.delete(targetId);
    else counts.set(targetId, remaining);
  }
}

/** For each subject of two sets of coincidences the one with more targets; of equal ones the earlier. */
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
