import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { EventPublisher } from '../../shared/messaging.ts';
import type { IncidentStore, SignalSender, StoredIncident } from '../ports.ts';
import type { PlannedWrite } from './plan-write.ts';

export interface CommitDeps {
  readonly incidents: Pick<IncidentStore, 'write' | 'clearPending'>;
  readonly signals: Pick<SignalSender, 'requestQuietCheck'>;
  readonly events: EventPublisher;
}

/** Publishes pending events and clears them. A repeat after a failure publishes the same ids again. */
export const publishPending = async (
  { incidents, events }: Pick<CommitDeps, 'incidents' | 'events'>,
  tenantId: string,
  toAnnounce: readonly StoredIncident[],
): Promise<void> => {
  if (toAnnounce.length === 0) return;
  await events.publish(toAnnounce.flatMap(({ pending }) => pending));
  await incidents.clearPending(tenantId, toAnnounce);
};

/** Writes the planned changes and publishes their events; returns false if another writer was faster. */
export const commitWrite = async (
  deps: CommitDeps,
  tenantId: string,
  { write, toAnnounce, checkAfterSeconds }: PlannedWrite,
): Promise<boolean> => {
  if (write !== undefined) {
    // Schedule the check before writing: a crash in between costs one unnecessary check; the reverse order could lose it.
    if (checkAfterSeconds !== undefined) await deps.signals.requestQuietCheck(tenantId, checkAfterSeconds);
    if (!(await deps.incidents.write(write))) return false;
  }
  await publishPending(deps, tenantId, toAnnounce);
  return true;
};

const MAX_ATTEMPTS = 8;

/**
 * Repeats a read-compute-write attempt until it no longer loses the race against other writers.
 * @throws DependencyUnavailableError after eight lost races
 */
export const untilWritten = async <Result>(
  pause: (attempt: number) => Promise<void>,
  doing: string,
  attempt: () => Promise<Result | 'lost-race'>,
): Promise<Result> => {
  for (let count = 1; count <= MAX_ATTEMPTS; count++) {
    const result = await attempt();
    if (result !== 'lost-race') return result;
    if (count < MAX_ATTEMPTS) await pause(count);
  }
  throw new DependencyUnavailableError(`${doing}: the incidents kept changing`);
};
