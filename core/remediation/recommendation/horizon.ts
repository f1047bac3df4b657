import { HORIZONS, type Horizon } from '../plan.ts';

const IMMEDIATE_MINUTES = 2 * 60;
const SHORT_MINUTES = 8 * 60;

/** Place in `HORIZONS`. */
const rankOf = (minutes: number): number => {
  if (minutes <= IMMEDIATE_MINUTES) return 0;
  return minutes <= SHORT_MINUTES ? 1 : 2;
};

/**
 * When an action helps: preventive if that is how it helps against this type of problem; else the latest of when it
 * usually helps, when it has its effect, and when the harm comes, both in minutes.
 */
export const horizonOf = (usual: Horizon, minutes: number, leadMinutes: number): Horizon => {
  const timely = rankOf(Math.max(minutes, leadMinutes));
  return HORIZONS[Math.max(timely, HORIZONS.indexOf(usual))]!;
};
