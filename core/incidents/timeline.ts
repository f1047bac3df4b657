import type { TimelineEntry } from './incident.ts';
import { dedupKey, describeSignal, type TriggerSignal } from './signal.ts';

/** A storm of signals is not retold one by one: beyond this many entries, joining ones are left out. */
const MAX_ENTRIES = 200;

const order = (a: TimelineEntry, b: TimelineEntry): number =>
  a.at - b.at || (`${a.kind}${a.key}` < `${b.kind}${b.key}` ? -1 : 1);

/** Adds entries in order of time; an entry of the same kind, key and time is there only once. */
export const addToTimeline = (
  timeline: readonly TimelineEntry[],
  added: readonly TimelineEntry[],
): TimelineEntry[] => {
  const known = new Set(timeline.map(({ kind, key, at }) => `${kind} ${at} ${key}`));
  const fresh = added.filter(({ kind, key, at }) => !known.has(`${kind} ${at} ${key}`));
  const room = Math.max(0, MAX_ENTRIES - timeline.length);
  const joining = fresh.filter(({ kind }) => kind === 'joined').slice(0, room);
  const others = fresh.filter(({ kind }) => kind !== 'joined');
  return [...timeline, ...joining, ...others].sort(order);
};

/** The entry that tells of a signal. */
export const signalEntry = (kind: TimelineEntry['kind'], signal: TriggerSignal): TimelineEntry => ({
  at: signal.at,
  kind,
  key: dedupKey(signal),
  text: describeSignal(signal),
});
