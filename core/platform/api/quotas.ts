/** Quotas of a tenant within windows of time. */
import * as z from 'zod';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';

const units = z.number().int().positive();

/** Units that a tenant may use in each window; the operations of the API name the quota that they draw on. */
export const Quotas = z.strictObject({
  /** Points sent. A request counts as at least 10 for each target and hour that it touches. */
  pointsPerMinute: units,
  /** Requests that read. */
  readsPerMinute: units,
  /** Requests that change settings, incidents or the topology, or assess a plan. */
  commandsPerMinute: units,
  /** Changes and deployments recorded. */
  changesPerMinute: units,
  /** Service graphs sent. */
  tracesPerMinute: units,
  /** Forecast runs requested. */
  runsPerHour: units,
  /** Deployments watched; further ones are recorded without a watch. */
  watchesPerHour: units,
  /** Targets that were not known before. */
  newTargetsPerDay: units,
  /** Pages of people read from the user pool, and members of groups changed in it, by SCIM. */
  directoryRequestsPerMinute: units,
  /** People added by SCIM whom Cognito mails an invitation. */
  invitationsPerDay: units,
});
export type Quotas = z.infer<typeof Quotas>;
export type QuotaName = keyof Quotas;

/** Length in seconds of the windows of each quota; a window starts at a multiple of its length since the epoch. */
const WINDOW_SECONDS: Readonly<Record<QuotaName, number>> = {
  pointsPerMinute: 60,
  readsPerMinute: 60,
  commandsPerMinute: 60,
  changesPerMinute: 60,
  tracesPerMinute: 60,
  runsPerHour: HOUR_SECONDS,
  watchesPerHour: HOUR_SECONDS,
  newTargetsPerDay: DAY_SECONDS,
  directoryRequestsPerMinute: 60,
  invitationsPerDay: DAY_SECONDS,
};

/** One window of a quota, in epoch seconds. */
export interface QuotaWindow {
  readonly name: QuotaName;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** The window of a quota at an instant (epoch milliseconds). */
export const windowAt = (name: QuotaName, at: number): QuotaWindow => {
  const length = WINDOW_SECONDS[name];
  const startsAt = Math.floor(at / 1000 / length) * length;
  return { name, startsAt, endsAt: startsAt + length };
};
