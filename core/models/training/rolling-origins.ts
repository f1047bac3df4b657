/**
 * Cross-validation with rolling origins (Tashman 2000): each fold learns from everything before its origin, and is scored
 * on the stretch after it, so that no fold knows the future.
 */
import { InvalidInputError } from '../../shared/errors.ts';
import type { RollingOrigin, Window } from '../training-run.ts';

export interface OriginPlan {
  readonly folds: number;
  /** Length of the stretch on which a fold is scored. */
  readonly scoreSeconds: number;
  /** Least history before the first origin. */
  readonly minTrainSeconds: number;
}

/**
 * The folds in the order of time. Their scored stretches do not overlap; the last one ends with the window.
 * @throws InvalidInputError if the window is too short
 */
export const rollingOrigins = (
  { from, to }: Window,
  { folds, scoreSeconds, minTrainSeconds }: OriginPlan,
): RollingOrigin[] => {
  const first = to - folds * scoreSeconds;
  if (first - from < minTrainSeconds)
    throw new InvalidInputError(
      `${to - from} s of history are too short for ${folds} folds of ${scoreSeconds} s after ${minTrainSeconds} s`,
    );
  return Array.from({ length: folds }, (_, fold) => {
    const origin = first + fold * scoreSeconds;
    return { trainFrom: from, trainUntil: origin, scoreFrom: origin, scoreUntil: origin + scoreSeconds };
  });
};
