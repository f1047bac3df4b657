/** What Forestall does about its own alarms, without asking: only what cannot lose data and may safely be repeated. */
import * as z from 'zod';
import { ResourceId } from '../resource.ts';

/** `start-forecasts`: starts the forecasts of all tenants again. `redrive-dead-letters`: returns messages to their queue. */
export const HEALING_ACTIONS = ['start-forecasts', 'redrive-dead-letters'] as const;

/** The healing of the alarms whose names contain `alarm`. */
export const HealingPlan = z.strictObject({
  alarm: z.string().min(8),
  action: z.enum(HEALING_ACTIONS),
  resource: ResourceId,
});
export type HealingPlan = z.infer<typeof HealingPlan>;

/** The plan for an alarm; undefined if there is none. */
export const healingOf = (plans: readonly HealingPlan[], alarmName: string): HealingPlan | undefined =>
  plans.find(({ alarm }) => alarmName.includes(alarm));
