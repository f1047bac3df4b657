import type { Anomaly } from '../anomaly.ts';
import type { AlertDetail } from '../engine/detection-result.ts';

/** A point that raised an alert, in the unit that the detector saw (rate per second for a counter). */
export interface Alert extends Omit<AlertDetail, 'leading'> {
  readonly metric: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  readonly value: number;
  readonly score: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Names of causes that other alerts share, such as a network whose targets all fell silent. */
  readonly causeKeys?: readonly string[] | undefined;
  /** Why it is recorded but not announced; undefined if it is announced. */
  readonly silenced?: string | undefined;
}

/** The alert of a recorded anomaly, to announce it if that is still due. */
export const alertAgain = ({ endedAt: _endedAt, expected, ...anomaly }: Anomaly): Alert => ({
  ...anomaly,
  ...(expected === undefined ? {} : { expected }),
});
