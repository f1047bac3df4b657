/** Compares one group of peers. */

import type { SettingsStore } from '../../platform/settings/ports.ts';
import { settingsOrNone } from '../../platform/settings/settings-or-none.ts';
import { DAY_SECONDS, hourOf } from '../../shared/time.ts';
import { LearnedState, openHourAt, type StateSlot } from '../learned-state.ts';
import type { PeerStateFiles, PeerWork } from '../ports.ts';
import { type AnnounceDeparturesDeps, announceDepartures } from './announce-departures.ts';
import { GroupDetectors, packGroupDetectors, unpackGroupDetectors } from './group-detectors.ts';
import { type ReadGroupDeps, readGroupHour } from './read-group-hour.ts';
import { type GroupChanges, readyMoments, replayGroupHour } from './replay-group-hour.ts';

export interface CompareDeps extends AnnounceDeparturesDeps, ReadGroupDeps {
  readonly states: PeerStateFiles;
  readonly settings: Pick<SettingsStore, 'get'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface ComparisonResult {
  /** Number of hours that were closed. */
  readonly learnedHours: number;
  /** Number of departures recent enough to be announced. */
  readonly departures: number;
}

/** Days of stored history that a group learns when it has no state. */
const LEARNED_DAYS = 7;

/** Compares a group: announces targets that departed from their peers, and stores the learned state once an hour. */
export const compareGroup = async (deps: CompareDeps, work: PeerWork): Promise<ComparisonResult> => {
  const { tenantId, profile } = work;
  const now = Math.floor(deps.now() / 1000);
  const [settings, state] = await Promise.all([
    settingsOrNone(deps.settings, deps.telemetry).get(tenantId),
    LearnedState.read(slotOf(deps, work), unpackGroupDetectors),
  ]);
  const context = { tenantId, settings };
  const detectors = detectorsFor(deps, work, state, now);
  const from = detectors.openHour;
  const openHour = Math.max(from, openHourAt(now));
  let departures = 0;
  const result = await state.advance<GroupChanges>(detectors, {
    hours: range(from, hourOf(now)),
    openHour,
    replayHour: async (hour) => {
      const group = await readGroupHour(deps, work, detectors.totals, hour);
      const moments = hour < openHour ? undefined : readyMoments(hour, group, now);
      return replayGroupHour(detectors, hour, group, context, moments);
    },
    close: () => {
      detectors.close(openHour);
      return packGroupDetectors(detectors);
    },
    announce: async (changes) => {
      departures = await announceDepartures(deps, context, now, mergeChanges(changes));
    },
  });
  // Another run learned the same blocks, so its state is as good as this one.
  if (result === 'outrun') deps.telemetry.info('another run stored the group first', { tenantId, profile });
  return { learnedHours: openHour - from, departures };
};

const slotOf = ({ states }: CompareDeps, work: PeerWork): StateSlot<string> => ({
  read: () => states.read(work),
  write: (bytes, expected) => states.replace(work, bytes, expected),
});

/** The detectors to continue from, or new ones that learn the stored history. */
const detectorsFor = (
  deps: CompareDeps,
  work: PeerWork,
  { known, missing }: LearnedState<GroupDetectors, string>,
  now: number,
): GroupDetectors => {
  const { tenantId, profile, part, parts, firstSeen, relearn } = work;
  const oldest = Math.max(hourOf(now - LEARNED_DAYS * DAY_SECONDS), hourOf(firstSeen));
  if (known !== undefined && !relearn) {
    // After a pause of more than a week, older hours are skipped.
    known.openHour = Math.max(known.openHour, oldest);
    return known;
  }
  const reason = relearn ? 'requested' : missing;
  deps.telemetry.info('a group re-learns', { tenantId, profile, part, parts, reason });
  return new GroupDetectors(oldest);
};

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

const mergeChanges = (changes: readonly GroupChanges[]): GroupChanges => ({
  departures: changes.flatMap(({ departures }) => departures),
  returns: changes.flatMap(({ returns }) => returns),
});
