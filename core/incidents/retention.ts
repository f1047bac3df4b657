import { DAY_SECONDS } from '../shared/time.ts';

/** Incidents, their causes and what was learned from them are kept for this long after their last signal or write. */
export const INCIDENT_RETENTION_SECONDS = 400 * DAY_SECONDS;
