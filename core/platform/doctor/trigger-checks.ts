import type { Verdict } from './check.ts';
import { deleted } from './deleted.ts';
import { DELETED, type FunctionFact, type TriggerFact } from './ports.ts';
import { SECTIONS } from './runbook-sections.ts';

/** Each trigger that its stack declares as enabled is enabled. */
export const judgeTriggers = (triggers: readonly TriggerFact[]): Verdict => ({
  summary: `${triggers.filter(({ isEnabled }) => isEnabled).length} of ${triggers.length} enabled`,
  findings: triggers
    .filter(({ isEnabled }) => !isEnabled)
    .map(({ name, kind, state, enable }) =>
      state === DELETED
        ? deleted(name)
        : {
            subject: name,
            problem: `the ${kind} is ${state.toLowerCase()}`,
            action: enable,
            runbook: SECTIONS.changedByHand,
          },
    ),
});

/** Each function can be invoked. */
export const judgeFunctions = (functions: readonly FunctionFact[]): Verdict => ({
  summary: `${functions.filter(({ state }) => state === 'active').length} of ${functions.length} can be invoked`,
  findings: functions
    .filter(({ state }) => state !== 'active')
    .map(({ name, id, state }) =>
      state === 'deleted'
        ? deleted(name)
        : {
            subject: name,
            problem: 'it is stopped: its reserved concurrency is 0',
            action: `aws lambda delete-function-concurrency --function-name ${id}`,
            runbook: SECTIONS.changedByHand,
          },
    ),
});
