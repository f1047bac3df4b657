import { DAY_SECONDS, HOUR_SECONDS } from '../shared/time.ts';
import type { SimulatedProfile } from './fleet.ts';

/** 1 January 1970 was a Thursday: day 4 of a week that begins on Sunday. */
const EPOCH_WEEKDAY = 4;
const WEEKEND_SHARE = 0.65;
const NIGHT_SHARE = 0.22;
const JOB_EVERY = 6 * HOUR_SECONDS;
const JOB_LASTS = 50 * 60;
const JOB_EDGE = 10 * 60;
const JOB_IDLE_SHARE = 0.06;
const BACKUP_AT = 2 * HOUR_SECONDS;
const BACKUP_LASTS = 40 * 60;

const isWeekend = (localSeconds: number): boolean => {
  const weekday = (Math.floor(localSeconds / DAY_SECONDS) + EPOCH_WEEKDAY) % 7;
  return weekday === 0 || weekday === 6;
};

/** Office-hours traffic: lowest about 04:00, a first peak before noon and the main one in the afternoon. */
const diurnalLoad = (localSeconds: number): number => {
  const hours = (localSeconds % DAY_SECONDS) / HOUR_SECONDS;
  const daily = 0.5 - 0.5 * Math.cos((2 * Math.PI * (hours - 4)) / 24);
  const twicePerDay = 0.12 * Math.cos((4 * Math.PI * (hours - 11)) / 24);
  const shape = Math.max(0, daily + twicePerDay) / 1.1;
  return (NIGHT_SHARE + (1 - NIGHT_SHARE) * shape) * (isWeekend(localSeconds) ? WEEKEND_SHARE : 1);
};

const jobLoad = (localSeconds: number): number => {
  const since = localSeconds % JOB_EVERY;
  const edge = Math.min(since, JOB_LASTS - since) / JOB_EDGE;
  return JOB_IDLE_SHARE + (1 - JOB_IDLE_SHARE) * Math.min(1, Math.max(0, edge));
};

/** Expected load at a local time (epoch seconds shifted to the server's time zone), as a share of the peak. */
export const expectedLoad = (profile: SimulatedProfile, localSeconds: number): number =>
  profile === 'batch' ? jobLoad(localSeconds) : diurnalLoad(localSeconds);

/** True if a database's nightly backup runs at this local time. */
export const isBackupTime = (profile: SimulatedProfile, localSeconds: number): boolean => {
  const sinceMidnight = localSeconds % DAY_SECONDS;
  return profile === 'database' && sinceMidnight >= BACKUP_AT && sinceMidnight < BACKUP_AT + BACKUP_LASTS;
};
