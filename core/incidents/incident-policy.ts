import { DAY_SECONDS, HOUR_SECONDS } from '../shared/time.ts';

/** Times that decide which signals belong together and when an incident is over, in seconds. */
export interface IncidentPolicy {
  /** A signal that begins later than this after an incident that is over does not belong to it. */
  readonly windowSeconds: number;
  /** A repeat within this time is not news. */
  readonly dedupTtlSeconds: number;
  /** A change counts as evidence if it was made at most this long before the incident. */
  readonly changeLookBackSeconds: number;
  /** The same signal reopens an incident until this long after its end; later it opens a new one. */
  readonly reopenWindowSeconds: number;
  /** Quiet time after which an incident resolves by itself; doubles with every reopening, up to 16 times. */
  readonly quietSeconds: number;
  /** A signal counts as active for at most this long after its last report if its end is never reported. */
  readonly maxActiveSeconds: number;
  /** An active signal holds its incident together for this long after its last report; see `grouping/present-until.ts`. */
  readonly presentSeconds: number;
  /** Targets whose same metric starts to misbehave within this time may share a cause. */
  readonly coincidenceSeconds: number;
}

export const INCIDENT_POLICY: IncidentPolicy = {
  windowSeconds: 900,
  dedupTtlSeconds: 2 * HOUR_SECONDS,
  changeLookBackSeconds: 4 * HOUR_SECONDS,
  reopenWindowSeconds: 6 * HOUR_SECONDS,
  quietSeconds: 900,
  maxActiveSeconds: DAY_SECONDS,
  presentSeconds: 2 * HOUR_SECONDS,
  coincidenceSeconds: 300,
};
