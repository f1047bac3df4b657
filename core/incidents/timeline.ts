import type { Coincidence, TimelineEntry } from './incident.ts';
import { dedupKey, describeSignal, type EndSignal, type TriggerSignal } from './signal.ts';

/** A storm of signals is not retold one by one: beyond this many entries, joining and ending ones are left out. */
const MAX_ENTRIES = 200;
/** Nor are other entries told without end. */
const MAX_OTHERS = 400;

const order = (a: TimelineEntry, b: TimelineEntry): number =>
  a.at - b.at || (`${a.kind}${a.key}` < `${b.kind}${b.key}` ? -1 : 1);

const isMinor = ({ kind }: TimelineEntry): boolean => kind === 'joined' || kind === 'cleared';

/** Adds entries in order of time; an entry of the same kind, key and time is there only once. */
export const addToTimeline = (
  timeline: readonly TimelineEntry[],
  added: readonly TimelineEntry[],
): readonly TimelineEntry[] => {
  if (added.length === 0) return timeline;
  const known = new Set(timeline.map(({ kind, key, at }) => `${kind} ${at} ${key}`));
  const fresh = added.filter(({ kind, key, at }) => !known.has(`${kind} ${at} ${key}`));
  const room = (limit: number) => Math.max(0, limit - timeline.length);
  const minor = fresh.filter(isMinor).slice(0, room(MAX_ENTRIES));
  const others = fresh.filter((entry) => !isMinor(entry)).slice(0, room(MAX_OTHERS));
  return minor.length + others.length === 0 ? timeline : [...timeline, ...minor, ...others].sort(order);
};

/** The entry that tells of a signal. */
export const signalEntry = (
  kind: TimelineEntry['kind'],
  signal: TriggerSignal | EndSignal,
): TimelineEntry => ({
  at: signal.at,
  kind,
  key: dedupKey(signal),
  text: describeSignal(signal),
});

const minutes = (seconds: number): string => `${Math.round(seconds / 60)} min`;

/** The timeline with one entry for each coincidence, as large as it is known to be. */
export const tellCoincidences = (
  timeline: readonly TimelineEntry[],
  coincidences: readonly Coincidence[],
  windowSeconds: number,
): readonly TimelineEntry[] =>
  addToTimeline(
    timeline.filter(({ kind }) => kind !== 'coincided'),
    coincidences.map(({ at, subject, targets }) => ({
      at,
      kind: 'coincided',
      key: subject,
      text: `${targets} targets, same ${subject}, within ${minutes(windowSeconds)}: taken as one cause`,
    })),
  );
