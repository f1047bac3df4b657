import { type Incident, targetSet } from '../incident.ts';
import { type ChangeSignal, describeSignal } from '../signal.ts';
import { addToTimeline } from '../timeline.ts';
import { overlap } from './are-related.ts';
import type { GroupingContext } from './grouping-context.ts';

/** Changes without repeats, by time. */
export const uniqueChanges = (changes: readonly ChangeSignal[]): ChangeSignal[] => {
  const byId = new Map(changes.map((change) => [change.signalId, change]));
  return [...byId.values()].sort((a, b) => a.at - b.at || (a.signalId < b.signalId ? -1 : 1));
};

/** Adds the changes that may have led to an incident: made shortly before, near a target or with a common cause key. */
export const attachChanges = (
  incident: Incident,
  changes: readonly ChangeSignal[],
  context: GroupingContext,
): Incident => {
  if (changes.length === 0) return incident;
  const { changeLookBackSeconds, windowSeconds } = context.policy;
  const targets = [...targetSet(incident)];
  const evidence = changes.filter(
    (change) =>
      change.tenantId === incident.tenantId &&
      change.at >= incident.startedAt - changeLookBackSeconds &&
      change.at <= incident.lastAt + windowSeconds &&
      (overlap(change.causeKeys ?? [], incident.causeKeys) ||
        targets.some((target) => context.isNear(change.targetId, target))),
  );
  if (evidence.length === 0) return incident;
  return {
    ...incident,
    changes: uniqueChanges([...incident.changes, ...evidence]),
    timeline: addToTimeline(
      incident.timeline,
      evidence.map((change) => ({
        at: change.at,
        kind: 'change',
        key: change.signalId,
        text: describeSignal(change),
      })),
    ),
  };
};
