import { INTEGRATIONS } from '../action.ts';
import { defineAction, NO_COST } from './define-action.ts';
import { NoParameters } from './restarts.ts';
import { RUN, type RunState, startRun } from './runs.ts';

/** State: kept by Forestall itself, because a receiver cannot be asked. */
export const callWebhook = defineAction<NoParameters, RunState>({
  ...RUN,
  id: 'call-webhook',
  title: 'Call a signed webhook',
  description:
    'Sends the plan to an integration of the stage, signed, which then acts by its own rules. Its answer counts as the end.',
  resourceKind: 'integration',
  effect: 'notifies',
  risk: 'medium',
  reversibility: 'permanent',
  parameters: NoParameters,
  plan: (_, state, context) => startRun(state, context, 'send the plan'),
  cost: () => NO_COST('a request'),
  minutes: { act: 5, settle: 10 },
  permissions: {
    read: [],
    change: [{ actions: ['secretsmanager:GetSecretValue'], resources: [INTEGRATIONS], tagged: false }],
  },
});
