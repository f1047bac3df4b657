/** Points that simulated services report once a minute. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ApiClient } from '../cli/api-client/api-client.ts';

export const MINUTE = 60;

export interface MinutePoint {
  readonly target: string;
  readonly metric: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly value: number;
}

/** Between 0 and 1, the same for the same second. */
export const noise = (second: number): number => {
  const large = Math.sin(second * 12.9898) * 43758.5453;
  return large - Math.floor(large);
};

export const sendPoints = (client: ApiClient, points: readonly MinutePoint[]) =>
  client.ingest({ format: 'json', body: JSON.stringify({ points }), contentType: 'application/json' });

/** The points of the last `minutes` until `now`, oldest last. */
export const historyOf = <Point>(now: number, minutes: number, pointAt: (at: number) => Point): Point[] =>
  Array.from({ length: minutes }, (_, ago) => pointAt(now - ago * MINUTE));

/** Sends the points of each minute after `from` when it comes, until the signal. */
export const sendEachMinute = async (
  client: ApiClient,
  from: number,
  pointsAt: (at: number) => Promise<readonly MinutePoint[]>,
  signal: AbortSignal,
): Promise<void> => {
  for (let at = from + MINUTE; ; at += MINUTE) {
    while (Date.now() < at * 1000 && !signal.aborted) await wait(250);
    if (signal.aborted) return;
    await sendPoints(client, await pointsAt(at));
  }
};
