/** Finds secrets whose rotation does not work. */
import { DAY_SECONDS, isoDate } from '../../shared/time.ts';

const DAY_MS = DAY_SECONDS * 1000;

/** What the store of secrets says about one secret. Times in epoch milliseconds. */
export interface SecretFacts {
  readonly name: string;
  readonly isRotationEnabled: boolean;
  readonly currentSince: number;
  /** Since when a version is pending that is not current; undefined if there is none. */
  readonly pendingSince: number | undefined;
}

/** `off`: it does not rotate; `stuck`: a rotation failed; `overdue`: it did not rotate in time. */
export type ProblemKind = 'off' | 'stuck' | 'overdue';

export interface SecretProblem {
  readonly secret: string;
  readonly kind: ProblemKind;
  /** What is wrong, for the operator. */
  readonly problem: string;
}

/** A rotation takes minutes; Secrets Manager gives up and leaves its version pending. */
const MAX_PENDING_MS = 6 * 3_600_000;
/** Secrets Manager rotates within a window of days after the date. */
const GRACE_DAYS = 7;

/** The problems of a secret at `now` (epoch milliseconds). */
export const problemsOf = (
  facts: SecretFacts,
  rotationDays: number,
  now: number,
): readonly SecretProblem[] => {
  const { name: secret, isRotationEnabled, currentSince, pendingSince } = facts;
  const isStuck = pendingSince !== undefined && now - pendingSince > MAX_PENDING_MS;
  const isOverdue = now - currentSince > (rotationDays + GRACE_DAYS) * DAY_MS;
  const found = (kind: ProblemKind, problem: string): SecretProblem => ({ secret, kind, problem });
  return [
    ...(isRotationEnabled ? [] : [found('off', 'its rotation is switched off')]),
    ...(isStuck
      ? [found('stuck', `a version has been pending since ${isoDate(pendingSince)}: its rotation failed`)]
      : []),
    ...(isOverdue
      ? [
          found(
            'overdue',
            `it was last rotated on ${isoDate(currentSince)}, expected every ${rotationDays} days`,
          ),
        ]
      : []),
  ];
};

/** The problems of all secrets at `now` (epoch milliseconds). */
export const checkSecrets = (
  secrets: readonly SecretFacts[],
  rotationDays: number,
  now: number,
): readonly SecretProblem[] => secrets.flatMap((facts) => problemsOf(facts, rotationDays, now));
