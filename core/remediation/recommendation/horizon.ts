import { HORIZONS, type Horizon } from '../plan.ts';

const IMMEDIATE_MINUTES = 2 * 60;
const SHORT_MINUTES = 8 * 60;

const helpsWithin = (minutes: number): Horizon => {
  if (minutes <= IMMEDIATE_MINUTES) return 'immediate';
  return minutes <= SHORT_MINUTES ? 'short' : 'long';
};

/**
 * When an action helps: preventive if that is how it helps against this type of problem; else the latest of when it
 * usually helps, when it has its effect, and when the harm comes, both in minutes.
 */
export const horizonOf = (usual: Horizon, minutes: number, leadMinutes: number): Horizon => {
  const timely = helpsWithin(Math.max(minutes, leadMinutes));
  return HORIZONS.indexOf(usual) >= HORIZONS.indexOf(timely) ? usual : timely;
};
