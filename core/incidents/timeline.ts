import type { Coincidence, TimelineEntry } from './incident.ts';
import { dedupKey, describeSignal, type EndSignal, type TriggerSignal } from './signal.ts';

/** Signals of a storm are not listed one by one: a longer timeline takes no more `joined` and `cleared` entries. */
const MAX_SIGNAL_ENTRIES = 200;
/** A longer timeline takes no more entries at all. */
const MAX_ENTRIES = 400;

const order = (a: TimelineEntry, b: TimelineEntry): number =>
  a.at - b.at || (`${a.kind}${a.key}` < `${b.kind}${b.key}` ? -1 : 1);

const isMinor = ({ kind }: TimelineEntry): boolean => kind === 'joined' || kind === 'cleared';

/** Adds entries in order of time. Entries with the kind, key and time of a known one are dropped. */
export const addToTimeline = (
  timeline: readonly TimelineEntry[],
  added: readonly TimelineEntry[],
): readonly TimelineEntry[] => {
  if (added.length === 0) return timeline;
  const known = new Set(timeline.map(({ kind, key, at }) => `${kind} ${at} ${key}`));
  const fresh = added.filter(({ kind, key, at }) => !known.has(`${kind} ${at} ${key}`));
  const room = (limit: number) => Math.max(0, limit - timeline.length);
  const minor = fresh.filter(isMinor).slice(0, room(MAX_SIGNAL_ENTRIES));
  const others = fresh.filter((entry) => !isMinor(entry)).slice(0, room(MAX_ENTRIES));
  return minor.length + others.length === 0 ? timeline : [...timeline, ...minor, ...others].sort(order);
};

/** The entry of a signal. */
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

/** Replaces the `coincided` entries by one for each coincidence. */
export const withCoincidences = (
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
      text: `${targets} targets with the same ${subject} within ${minutes(windowSeconds)}: treated as one cause`,
    })),
  );
