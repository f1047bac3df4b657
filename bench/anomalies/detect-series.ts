import {
  createDetector,
  type DetectionResult,
  type DetectorOptions,
} from '../../core/anomalies/engine/detector.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';

/** Scores and alerts of a whole series, one for each given point, in the given order. */
export interface SeriesDetection {
  readonly scores: Float64Array;
  readonly alerts: boolean[];
  /** Full results of the points that alert, with their index. */
  readonly anomalies: readonly { readonly index: number; readonly result: DetectionResult }[];
}

/**
 * Runs a new detector over one series in the given order, strictly causally. Timestamps in epoch seconds.
 * Throws InvalidInputError if the two arrays differ in length.
 */
export const detectSeries = (
  timestamps: ArrayLike<number>,
  values: ArrayLike<number>,
  options: DetectorOptions = {},
): SeriesDetection => {
  if (timestamps.length !== values.length) {
    throw new InvalidInputError(
      `expected as many values as timestamps, found ${values.length} and ${timestamps.length}`,
    );
  }
  const detector = createDetector(options);
  const scores = new Float64Array(values.length);
  const alerts: boolean[] = [];
  const anomalies: { index: number; result: DetectionResult }[] = [];
  for (let index = 0; index < values.length; index++) {
    const result = detector.next(timestamps[index]!, values[index]!);
    scores[index] = result.score;
    alerts.push(result.alert);
    if (result.alert) anomalies.push({ index, result });
  }
  return { scores, alerts, anomalies };
};
