import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod';
import { type GroupingDeps, groupSignals } from '../../../core/incidents/grouping/group-signals.ts';
import { type Incoming, parseIncoming, parseMessage } from '../../../core/incidents/intake/incoming.ts';
import type { Signal } from '../../../core/incidents/signal.ts';
import {
  DependencyUnavailableError,
  InvalidInputError,
  isWorthRetrying,
} from '../../../core/shared/errors.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import { isParked, type Message, parkMessage, type ReadDeps } from '../../../core/shared/read-messages.ts';
import { QueueEvent } from '../../runtime/queue-event.ts';
import { readInTrace } from '../../runtime/read-in-trace.ts';
import { traced } from '../../runtime/tracing/trace.ts';

export interface Deps extends GroupingDeps, ReadDeps {
  /** The tenant that owns this account's CloudWatch alarms. */
  readonly ownTenant: string;
}

const TopicEvent = z.object({ Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })) });

interface ReadMessage extends Message {
  readonly content: Incoming;
}

/**
 * Groups signals into incidents. They come from the queue (EventBridge events, changes, SNS notifications, requests for
 * quiet checks), or by direct invocation from an alarm or a topic. Queue messages that fail are reported one by one for
 * redelivery; a failed direct invocation throws, so that Lambda retries it. Unreadable messages are parked.
 */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<SQSBatchResponse> => {
    const queued = QueueEvent.safeParse(event);
    if (queued.success) return groupQueue(deps, queued.data);
    await groupInvocation(deps, event);
    return { batchItemFailures: [] };
  };

const groupQueue = async (deps: Deps, messages: readonly Message[]): Promise<SQSBatchResponse> => {
  const read = await readInTrace(deps, messages, (body) => parseMessage(body, deps.ownTenant));
  const failed = [...read.failed];
  for (const [tenantId, own] of Map.groupBy(read.readable, tenantOf)) {
    failed.push(...(await groupTraced(deps, tenantId, own)));
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
};

const tenantOf = ({ content }: ReadMessage): string =>
  content.kind === 'quiet-check' ? content.tenantId : content.signal.tenantId;

const signalsIn = (messages: readonly ReadMessage[]): Signal[] =>
  messages.flatMap(({ content }) => (content.kind === 'signal' ? [content.signal] : []));

const groupTraced = (deps: Deps, tenantId: string, messages: readonly ReadMessage[]) =>
  traced({ origins: messages.map(({ trace }) => trace), ids: { tenant: tenantId } }, () =>
    failedIn(deps, tenantId, messages),
  );

/**
 * Groups the messages of one tenant; returns the ids of those to deliver again. If the batch fails for a reason that
 * stays, each message is grouped alone, so that only the one that fails is parked.
 */
const failedIn = async (
  deps: Deps,
  tenantId: string,
  messages: readonly ReadMessage[],
): Promise<readonly string[]> => {
  const signals = signalsIn(messages);
  try {
    await groupSignals(deps, tenantId, signals);
    return [];
  } catch (cause) {
    if (messages.length > 1 && !isWorthRetrying(cause)) {
      const failed = await inParallel(1, messages, (message) => groupTraced(deps, tenantId, [message]));
      return failed.flat();
    }
    deps.telemetry.count('GroupingFailed');
    deps.telemetry.error('signals could not be grouped', { tenantId, signals: signals.length }, cause);
    return isAboutMessage(cause) && (await areParked(deps, messages, cause))
      ? []
      : messages.map(({ id }) => id);
  }
};

/** Unreadable stored items and failures of AWS are not about the message: it is delivered again. */
const isAboutMessage = (cause: unknown): cause is Error =>
  cause instanceof InvalidInputError || cause instanceof RangeError || cause instanceof TypeError;

const areParked = async (deps: Deps, messages: readonly ReadMessage[], reason: Error): Promise<boolean> => {
  const parked = await inParallel(1, messages, (message) => isParked(deps, message, reason));
  return parked.every(Boolean);
};

const groupInvocation = async (deps: Deps, event: unknown): Promise<void> => {
  const messages = await readInvocation(deps, event);
  for (const [tenantId, own] of Map.groupBy(messages, tenantOf)) {
    await groupSignals(deps, tenantId, signalsIn(own));
  }
};

/** Reads a topic's event or a direct invocation. @throws DependencyUnavailableError if a message could not be parked */
const readInvocation = async (deps: Deps, event: unknown): Promise<readonly ReadMessage[]> => {
  const topic = TopicEvent.safeParse(event);
  if (!topic.success) return readDirect(deps, event);
  const messages = topic.data.Records.map(
    ({ Sns }, i): Message => ({ id: `record-${i}`, body: Sns.Message }),
  );
  const { readable, failed } = await readInTrace(deps, messages, (body) =>
    parseMessage(body, deps.ownTenant),
  );
  if (failed.length > 0) throw new DependencyUnavailableError('unreadable messages could not be parked');
  return readable;
};

const readDirect = async (deps: Deps, event: unknown): Promise<readonly ReadMessage[]> => {
  const message = { id: 'invocation', body: String(JSON.stringify(event)) };
  try {
    return [{ ...message, content: parseIncoming(event, deps.ownTenant) }];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    await parkMessage(deps, message, error);
    return [];
  }
};
