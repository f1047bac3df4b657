import * as z from 'zod';
import { defineAction, NO_COST } from './define-action.ts';
import { RUN, RunState, reasonAgainst } from './runs.ts';

const QueueState = z.strictObject({
  /** ApproximateNumberOfMessages of the dead-letter queue; a whole number. */
  messages: z.number().int().min(0),
  /** When its newest message move task began, epoch milliseconds; 0 without one. */
  lastTaskAt: z.number().int().min(0),
  startedBy: z.string().nullable(),
  status: RunState.shape.status,
});
type QueueState = z.infer<typeof QueueState>;
const RedriveParameters = z.strictObject({
  maxMessages: z.number().int().min(1).max(1_000_000).describe('With more messages it does nothing.'),
  maxPerSecond: z
    .number()
    .int()
    .min(1)
    .max(500)
    .default(50)
    .describe('Rate at which they return, so that they do not overload their consumer.'),
});

/**
 * State: messages of the dead-letter queue, and its newest message move task. Tag `forestall:last-redrive` says
 * which remediation started the first task after which time.
 */
export const redriveDeadLetters = defineAction<z.infer<typeof RedriveParameters>, QueueState>({
  ...RUN,
  id: 'redrive-dead-letters',
  title: 'Redrive dead letters',
  description:
    'Returns the messages of a dead-letter queue to the queue that they came from. Use it after their cause was removed.',
  resourceKind: 'sqs-queue',
  effect: 'works-off-backlog',
  risk: 'medium',
  reversibility: 'permanent',
  parameters: RedriveParameters,
  state: QueueState,
  /** New dead letters mean that their cause was not removed. */
  basis: ({ messages }) => ({ messages }),
  plan: ({ maxMessages, maxPerSecond }, state, { remediationId }) => {
    if (state.messages === 0) return { notApplicable: 'it has no messages' };
    if (state.messages > maxMessages)
      return { notApplicable: `it has ${state.messages} messages, and at most ${maxMessages} are allowed` };
    const against = reasonAgainst(state);
    if (against !== undefined) return against;
    const to: QueueState = { ...state, messages: 0, startedBy: remediationId, status: 'succeeded' };
    return {
      from: state,
      to,
      summary: `redrive about ${state.messages} messages, at most ${maxPerSecond} a second`,
      touches: 1,
    };
  },
  cost: ({ from }) => NO_COST(`about ${from.messages} requests of SQS`),
  minutes: { act: 15, settle: 10 },
  permissions: {
    read: [
      {
        actions: [
          'sqs:GetQueueAttributes',
          'sqs:GetQueueUrl',
          'sqs:ListQueueTags',
          'sqs:ListMessageMoveTasks',
        ],
        resources: ['arn:aws:sqs:{region}:{account}:*'],
        tagged: false,
      },
    ],
    change: [
      {
        actions: [
          'sqs:StartMessageMoveTask',
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
        ],
        resources: ['arn:aws:sqs:{region}:{account}:*'],
        tagged: true,
      },
      { actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:{region}:{account}:*'], tagged: true },
      {
        actions: ['sqs:TagQueue'],
        resources: ['arn:aws:sqs:{region}:{account}:*'],
        tagged: true,
        conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['forestall:last-redrive'] } },
      },
    ],
  },
});
