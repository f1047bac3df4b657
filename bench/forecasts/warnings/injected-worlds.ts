import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isBeyond } from '../../../core/forecasts/resolved-threshold.ts';
import { sortedQuantile } from '../../../core/shared/maths/order-statistics.ts';
import { HOUR_SECONDS } from '../../../core/shared/time.ts';
import { type RandomStream, randomStream } from '../../../core/simulator/random.ts';
import { type ForecastTask, readTasks } from '../forecast/fleet-data.ts';
import type { World } from './world.ts';

const SEED = 11;
/** Total rise before the forecast, in ranges (p5 to p95) of the series: drawn on a log scale. */
const LIFT = { min: 0.4, max: 6 } as const;
const HOURS = { min: 1, max: 16 } as const;
/** The ramp meets the limit up to this many horizons ahead, if nothing stops it. */
const MEETS_WITHIN = 4 / 3;
const ENOUGH = 0.9;

/** An injected ramp continues upwards or downwards, has stopped already, or stops within the horizon. */
const drawKind = (random: RandomStream): 'go' | 'drain' | 'stopped' | 'stops' => {
  const share = random.uniform();
  return share < 0.45 ? 'go' : share < 0.75 ? 'drain' : share < 0.875 ? 'stopped' : 'stops';
};

const isObserved = (values: Float64Array): boolean =>
  values.filter(Number.isFinite).length >= ENOUGH * values.length;

const logBetween = (
  random: RandomStream,
  { min, max }: { readonly min: number; readonly max: number },
): number => min * (max / min) ** random.uniform();

/** Adds a ramp to a real series and its real future; null if the limit is already passed or the series is idle. */
const inject = ({ history, actual }: ForecastTask, random: RandomStream): World | null => {
  const sorted = history.values.filter(Number.isFinite).sort();
  const range = sortedQuantile(sorted, 0.95) - sortedQuantile(sorted, 0.05);
  const kind = drawKind(random);
  const length = Math.round((random.between(HOURS.min, HOURS.max) * HOUR_SECONDS) / history.stepSeconds);
  const perStep = (kind === 'drain' ? -1 : 1) * ((logBetween(random, LIFT) * range) / length);
  const meets = random.between(1, MEETS_WITHIN * actual.length);
  const paused = { stopped: -random.between(0.1, 0.5) * length, stops: random.between(0, actual.length) };
  const stop = kind === 'stopped' || kind === 'stops' ? paused[kind] : Number.POSITIVE_INFINITY;
  const riseAt = (step: number): number => perStep * Math.max(0, Math.min(step, stop) + length);
  const threshold = {
    direction: kind === 'drain' ? 'below' : 'above',
    limit: sortedQuantile(sorted, 0.5) + perStep * (length + meets),
  } as const;
  const values = history.values.map((value, i) => value + riseAt(i + 1 - history.values.length));
  const future = actual.map((value, i) => value + riseAt(i + 1));
  const isUsable = range > 0 && isObserved(history.values) && isObserved(actual);
  if (!isUsable || isBeyond(values.at(-1)!, threshold)) return null;
  return {
    kind,
    history: { ...history, values },
    future,
    threshold,
    isRamp: kind === 'go' || kind === 'drain',
  };
};

/** Ramps injected into the series of `fleet/` in the data directory, two of each task; none without that folder. */
export const injectRamps = (data: string): World[] => {
  if (data === '' || !existsSync(join(data, 'fleet'))) return [];
  return readTasks(data).flatMap((task, i) =>
    [0, 1].flatMap((draw) => inject(task, randomStream(SEED, 'injected-ramp', i, draw)) ?? []),
  );
};
