import { DAY_SECONDS } from '../shared/time.ts';

/** Remediations are listed for this long after they began; decisions can be verified for as long. */
export const RETENTION_SECONDS = 400 * DAY_SECONDS;

/**
 * Decisions are stored for longer, so that an anchor shows that those missing at the beginning of a chain were older than
 * the retention, even if none was written for weeks.
 */
export const STORED_DECISION_SECONDS = RETENTION_SECONDS + 30 * DAY_SECONDS;
