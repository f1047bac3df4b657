import type { FreezeWindow } from '../../../core/remediation/policy.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** By the calendar: the texts of day and time in UTC. */
export const isFrozenAt = (window: FreezeWindow, seconds: number): boolean => {
  const now = new Date(seconds * 1000);
  if (!('weekdays' in window)) return new Date(window.from) <= now && now < new Date(window.to);
  const has = (date: Date): boolean => window.weekdays.includes(DAYS[date.getUTCDay()]!);
  const time = now.toISOString().slice(11, 16);
  const yesterday = new Date((seconds - 86_400) * 1000);
  const isOvernight = window.to <= window.from;
  return (
    (has(now) && time >= window.from && (isOvernight || time < window.to)) ||
    (isOvernight && has(yesterday) && time < window.to)
  );
};
