import type { Verdict } from './check.ts';
import type { TriggerFact } from './ports.ts';
import { SECTIONS } from './runbook-sections.ts';

/** Each trigger that its stack declares as enabled is enabled. */
export const judgeTriggers = (triggers: readonly TriggerFact[]): Verdict => ({
  summary: `${triggers.filter(({ isEnabled }) => isEnabled).length} of ${triggers.length} enabled`,
  findings: triggers
    .filter(({ isEnabled }) => !isEnabled)
    .map(({ name, kind, state, enable }) => ({
      subject: name,
      problem: `the ${kind} is ${state.toLowerCase()}`,
      action: enable,
      runbook: SECTIONS.changedByHand,
    })),
});
