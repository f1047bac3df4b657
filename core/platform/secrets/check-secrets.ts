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

export interface SecretProblem {
  readonly secret: string;
  /** What is wrong, for the operator. */
  readonly problem: string;
}

/** A rotation takes minutes; Secrets Manager gives up and leaves its version pending. */
const MAX_PENDING_MS = 6 * 3_600_000;
/** Secrets Manager rotates within a window of days after the date. */
const GRACE_DAYS = 7;

const problemsOf = (facts: SecretFacts, rotationDays: number, now: number): readonly string[] => {
  const { isRotationEnabled, currentSince, pendingSince } = facts;
  const isStuck = pendingSince !== undefined && now - pendingSince > MAX_PENDING_MS;
  const isOverdue = now - currentSince > (rotationDays + GRACE_DAYS) * DAY_MS;
  return [
    ...(isRotationEnabled ? [] : ['its rotation is switched off']),
    ...(isStuck ? [`a version has been pending since ${isoDate(pendingSince)}: its rotation failed`] : []),
    ...(isOverdue
      ? [`it was last rotated on ${isoDate(currentSince)}, expected every ${rotationDays} days`]
      : []),
  ];
};

/** The problems of all secrets at `now` (epoch milliseconds). */
export const checkSecrets = (
  secrets: readonly SecretFacts[],
  rotationDays: number,
  now: number,
): readonly SecretProblem[] =>
  secrets.flatMap((facts) =>
    problemsOf(facts, rotationDays, now).map((problem) => ({ secret: facts.name, problem })),
  );
