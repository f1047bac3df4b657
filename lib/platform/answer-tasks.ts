import { acknowledgeWildcards } from './acknowledge-wildcards.ts';
import type { ObservedFunction } from './observed-function.ts';
import { TASK_ACTIONS } from './used-actions.ts';

/** Lets executions of workflows go on that wait for an answer, if the function has the token of their task. */
export const allowAnswers = (answering: ObservedFunction): void => {
  answering.allow(TASK_ACTIONS, ['*']);
  acknowledgeWildcards(answering, ['*'], 'The task token names the execution; AWS has no resources for it.');
};
