import * as z from 'zod';
import { Json } from '../../shared/canonical-json.ts';
import { defineAction, NO_COST } from './define-action.ts';
import { RUN, type RunState, startRun } from './runs.ts';

const InputParameters = z.strictObject({
  input: z.record(z.string(), Json).default({}).describe('Input of the execution.'),
});

/** State: the execution that is named after the remediation. */
export const startExecution = defineAction<z.infer<typeof InputParameters>, RunState>({
  ...RUN,
  id: 'start-execution',
  title: 'Start a Step Functions workflow',
  description:
    'Starts an execution of a workflow of yours with the input of the policy, and waits for its end.',
  resourceKind: 'state-machine',
  effect: 'repairs',
  risk: 'high',
  reversibility: 'permanent',
  parameters: InputParameters,
  plan: (_, state, context) => startRun(state, context, 'start an execution'),
  cost: () => NO_COST('the transitions of the workflow'),
  minutes: { act: 60, settle: 10 },
  permissions: {
    read: [
      {
        actions: ['states:DescribeExecution'],
        resources: ['arn:aws:states:{region}:{account}:execution:*'],
        tagged: false,
      },
      {
        actions: ['states:ListTagsForResource'],
        resources: ['arn:aws:states:{region}:{account}:stateMachine:*'],
        tagged: false,
      },
    ],
    change: [
      {
        actions: ['states:StartExecution'],
        resources: ['arn:aws:states:{region}:{account}:stateMachine:*'],
        tagged: true,
      },
    ],
  },
});
