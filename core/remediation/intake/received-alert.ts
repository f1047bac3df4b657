import type { AlertSource } from '../cause.ts';

/** One alert as its sender describes it: enough to recognise it, and nothing of what is to be done about it. */
export interface ReceivedAlert {
  readonly source: AlertSource;
  /** Alerts of one name are one alert, and mapped together. */
  readonly name: string;
  readonly targetId: string;
  readonly state: 'begun' | 'ended';
  /** Epoch seconds, by the clock of the sender. */
  readonly sentAt: number;
}
