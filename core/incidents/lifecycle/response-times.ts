import type { Incident } from '../incident.ts';

/** Seconds from an incident's start; null where that has not happened. */
export interface ResponseTimes {
  readonly toDetect: number;
  readonly toAcknowledge: number | null;
  readonly toMitigate: number | null;
  readonly toResolve: number | null;
}

/** Means over incidents, in seconds; null where none got that far. */
export interface MeanResponseTimes {
  readonly incidents: number;
  readonly resolved: number;
  /** MTTD. */
  readonly toDetect: number | null;
  /** MTTA. */
  readonly toAcknowledge: number | null;
  readonly toMitigate: number | null;
  /** MTTR. */
  readonly toResolve: number | null;
}

const since = (start: number, at: number | undefined): number | null =>
  at === undefined ? null : at - start;

/** How long detection, acknowledgement, mitigation and repair took, all from the start of the harm. */
export const responseTimes = (incident: Incident): ResponseTimes => ({
  // The clock of a sender may run ahead of ours.
  toDetect: Math.max(0, incident.detectedAt - incident.startedAt),
  toAcknowledge: since(incident.startedAt, incident.acknowledgedAt),
  toMitigate: since(incident.startedAt, incident.mitigatedAt),
  toResolve: since(incident.startedAt, incident.resolvedAt),
});

const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** MTTD, MTTA and MTTR over a set of incidents; those that did not get that far do not count. */
export const meanResponseTimes = (incidents: readonly Incident[]): MeanResponseTimes => {
  const times = incidents.map(responseTimes);
  return {
    incidents: incidents.length,
    resolved: times.filter(({ toResolve }) => toResolve !== null).length,
    toDetect: mean(times.map(({ toDetect }) => toDetect)),
    toAcknowledge: mean(times.map(({ toAcknowledge }) => toAcknowledge)),
    toMitigate: mean(times.map(({ toMitigate }) => toMitigate)),
    toResolve: mean(times.map(({ toResolve }) => toResolve)),
  };
};
