import { createDetector, type DetectorVariant } from '../../../core/anomalies/engine/detector.ts';
import { serialise } from '../../../core/anomalies/engine/detector-state.ts';
import { type CleanSeries, SIMULATED_NAMES, simulateSeries } from './simulate-series.ts';

/** Cost of a detector. */
export interface CostFigures {
  readonly pointsPerSecondAndCore: number;
  /** Largest saved state of any simulated series. */
  readonly stateBytes: number;
}

const POINTS: Readonly<Record<DetectorVariant, number>> = { full: 20_000, light: 100_000 };
const ROUNDS = 3;

/** CPU seconds of one detector for a series, and the size of its state afterwards. */
const runOnce = (
  { timestamps, values }: CleanSeries,
  variant: DetectorVariant,
): { cpu: number; bytes: number } => {
  const detector = createDetector({ variant });
  const before = process.cpuUsage();
  for (let i = 0; i < values.length; i++) detector.next(timestamps[i]!, values[i]!);
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, bytes: serialise(detector).length };
};

/** Best of three rounds over all simulated series, in points per CPU second; `share` scales the number of points. */
export const costFigures = (variant: DetectorVariant, share: number): CostFigures => {
  const length = share * POINTS[variant];
  const series = SIMULATED_NAMES.map((name, i) => simulateSeries(name, length, 900 + i));
  const points = series.length * length;
  let best = Number.POSITIVE_INFINITY;
  let stateBytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const runs = series.map((one) => runOnce(one, variant));
    best = Math.min(
      best,
      runs.reduce((sum, { cpu }) => sum + cpu, 0),
    );
    stateBytes = Math.max(stateBytes, ...runs.map(({ bytes }) => bytes));
  }
  return { pointsPerSecondAndCore: Math.round(points / best), stateBytes };
};
