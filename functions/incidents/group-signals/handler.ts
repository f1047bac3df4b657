import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import { type GroupingDeps, groupSignals } from '../../../core/incidents/grouping/group-signals.ts';
import { type Incoming, parseIncoming, parseMessage } from '../../../core/incidents/intake/incoming.ts';
import type { Signal } from '../../../core/incidents/signal.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

export interface Deps extends GroupingDeps {
  /** Whose CloudWatch alarms of this account are. */
  readonly ownTenant: string;
}

const QueueEvent = z.object({
  Records: z.array(z.object({ messageId: z.string().min(1), body: z.string() })),
});
const TopicEvent = z.object({ Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })) });

interface Message {
  readonly id: string;
  readonly incoming: Incoming;
}

const tenantOf = ({ incoming }: Message): string =>
  incoming.kind === 'settle' ? incoming.tenantId : incoming.signal.tenantId;

/** Ids of the messages that failed. What cannot be read fails too: five times, and is then kept for a human. */
const readMessages = (deps: Deps, records: readonly { messageId: string; body: string }[]) => {
  const messages: Message[] = [];
  const failed: string[] = [];
  for (const { messageId, body } of records) {
    try {
      messages.push({ id: messageId, incoming: parseMessage(body, deps.ownTenant) });
    } catch (cause) {
      if (!(cause instanceof InvalidInputError)) throw cause;
      deps.telemetry.count('SignalRefused');
      deps.telemetry.error('the message is no signal', { messageId }, cause);
      failed.push(messageId);
    }
  }
  return { messages, failed };
};

const groupMessages = async (
  deps: Deps,
  tenantId: string,
  messages: readonly Message[],
): Promise<string[]> => {
  const signals = messages.flatMap(({ incoming }): Signal[] =>
    incoming.kind === 'signal' ? [incoming.signal] : [],
  );
  try {
    await groupSignals(deps, tenantId, signals);
    return [];
  } catch (cause) {
    deps.telemetry.count('GroupingFailed');
    deps.telemetry.error('signals could not be folded', { tenantId, signals: signals.length }, cause);
    return messages.map(({ id }) => id);
  }
};

const groupQueue = async (
  deps: Deps,
  records: readonly { messageId: string; body: string }[],
): Promise<SQSBatchResponse> => {
  const { messages, failed } = readMessages(deps, records);
  for (const [tenantId, own] of Map.groupBy(messages, tenantOf)) {
    failed.push(...(await groupMessages(deps, tenantId, own)));
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
};

/** What a direct invocation or a topic brings; failures are thrown, so that Lambda retries. */
const incomingOf = (deps: Deps, event: unknown): Incoming[] => {
  const topic = TopicEvent.safeParse(event);
  if (!topic.success) return [parseIncoming(event, deps.ownTenant)];
  return topic.data.Records.map(({ Sns }) => parseMessage(Sns.Message, deps.ownTenant));
};

/**
 * Folds signals into incidents: from its queue (EventBridge events, changes, SNS notifications, requests to settle), or
 * invoked directly by an alarm or a topic. Queue messages that fail are reported one by one for redelivery.
 */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<SQSBatchResponse> => {
    const queued = QueueEvent.safeParse(event);
    if (queued.success) return groupQueue(deps, queued.data.Records);
    const messages = incomingOf(deps, event).map((incoming, index) => ({ id: String(index), incoming }));
    for (const [tenantId, own] of Map.groupBy(messages, tenantOf)) {
      await groupSignals(
        deps,
        tenantId,
        own.flatMap(({ incoming }) => (incoming.kind === 'signal' ? [incoming.signal] : [])),
      );
    }
    return { batchItemFailures: [] };
  };
