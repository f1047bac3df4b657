import * as z from 'zod';
import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import { Ledger } from '../ledger.ts';
import { KillSwitch } from '../policy.ts';
import type { Refusal } from '../remediation.ts';
import { HealingPlan } from './healing-plan.ts';

/** Everything that the decision depends on, as it is recorded. */
export const HealingInputs = z.strictObject({
  plan: HealingPlan,
  /** Identifies the alarm's change of state: repeated deliveries are one healing. */
  healingId: z.string(),
  /** Epoch seconds. */
  now: z.number().int().nonnegative(),
  killSwitch: KillSwitch.nullable(),
  ledger: Ledger,
});
export type HealingInputs = z.infer<typeof HealingInputs>;

/** Time in which one healing has to show its effect before the next one of the same resource. */
const PAUSE_SECONDS = HOUR_SECONDS / 2;
/** An alarm that comes back again and again has a cause that healing does not remove. */
const MAX_PER_DAY = 3;
const MAX_PER_HOUR = 6;

/** Also counts entries whose time is ahead of `now`: clocks differ. */
const since = (entries: Ledger['entries'], now: number, seconds: number): Ledger['entries'] =>
  entries.filter(({ at }) => at > now - seconds);

const refusal = (rule: string, reason: string, remedy: string): Refusal => ({ rule, reason, remedy });

/** Why an alarm of Forestall itself must not be healed now; empty if it may be. */
export const judgeHealing = ({ plan, now, killSwitch, ledger }: HealingInputs): readonly Refusal[] => {
  const { entries } = ledger;
  const own = entries.filter(({ resource }) => resource === plan.resource);
  const refusals: Refusal[] = [];
  if (killSwitch?.isOn)
    refusals.push(
      refusal('kill-switch', `the kill switch is on: ${killSwitch.reason}`, 'turn the kill switch off'),
    );
  if (since(own, now, PAUSE_SECONDS).length > 0)
    refusals.push(
      refusal(
        'pause',
        `${plan.resource} was healed within half an hour`,
        'wait for the effect, or repair it',
      ),
    );
  if (since(own, now, DAY_SECONDS).length >= MAX_PER_DAY)
    refusals.push(
      refusal('per-day', `${plan.resource} was healed ${MAX_PER_DAY} times within a day`, 'find the cause'),
    );
  if (since(entries, now, HOUR_SECONDS).length >= MAX_PER_HOUR)
    refusals.push(refusal('per-hour', `${MAX_PER_HOUR} healings within an hour`, 'find the common cause'));
  return refusals;
};
