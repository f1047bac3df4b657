/** How long the steps of a run wait. */
import * as z from 'zod';

export const Pace = z.strictObject({
  /** Seconds that a minute of an action's times lasts: 60, except in the emulator. */
  secondsPerMinute: z.number().int().min(1).max(60),
  /** Seconds between two looks at a resource that is changing. */
  checkSeconds: z.number().int().min(1).max(300),
});
export type Pace = z.infer<typeof Pace>;

/** An action that takes this many times as long as the catalogue says has failed. */
const PATIENCE = 2;

/** Time at which an action or its undoing has failed unless it is done, epoch seconds. */
export const deadlineOf = (
  { secondsPerMinute }: Pace,
  { act }: { readonly act: number },
  beganAt: number,
): number => beganAt + Math.ceil(PATIENCE * act * secondsPerMinute);

/** Time from which metrics show the effect, epoch seconds. */
export const settledAt = (
  { secondsPerMinute }: Pace,
  { settle }: { readonly settle: number },
  doneAt: number,
): number => doneAt + Math.ceil(settle * secondsPerMinute);
