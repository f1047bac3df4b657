import type { Incident } from '../incident.ts';

/** Seconds from an incident's start; null for steps not taken yet. */
export interface ResponseTimes {
  readonly toDetect: number;
  readonly toAcknowledge: number | null;
  readonly toMitigate: number | null;
  readonly toResolve: number | null;
}

const since = (start: number, at: number | undefined): number | null =>
  at === undefined ? null : at - start;

/** Times to detection, acknowledgement, mitigation and resolution, all from the start of the harm. */
export const responseTimes = (incident: Incident): ResponseTimes => ({
  // The sender's clock may be ahead of ours.
  toDetect: Math.max(0, incident.detectedAt - incident.startedAt),
  toAcknowledge: since(incident.startedAt, incident.acknowledgedAt),
  toMitigate: since(incident.startedAt, incident.mitigatedAt),
  toResolve: since(incident.startedAt, incident.resolvedAt),
});
