/** Reads the messages of a batch one by one, so that an unreadable one is parked and its neighbours are processed. */
import { InvalidInputError } from './errors.ts';
import type { DeadLetters } from './messaging.ts';
import { parseJson as parseShallow } from './parse-json.ts';
import type { Telemetry } from './telemetry.ts';

/** A message as it was delivered. */
export interface Message {
  readonly id: string;
  readonly body: string;
  /** The trace that it belongs to, as delivered. */
  readonly trace?: string | undefined;
}

export interface ReadDeps {
  readonly deadLetters: DeadLetters;
  readonly telemetry: Telemetry;
}

export interface ReadMessages<Content> {
  readonly readable: readonly (Message & { readonly content: Content })[];
  /** Ids of unreadable messages that could not be parked: they have to be delivered again. */
  readonly failed: readonly string[];
}

/** Reads JSON. @throws InvalidInputError for other text, and for JSON that is nested too deeply */
export const parseJson = (text: string): unknown => {
  try {
    return parseShallow(text);
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause;
    throw new InvalidInputError('the message is not JSON', { cause });
  }
};

/** Logs, counts and parks a message that can never be processed. */
export const parkMessage = async (
  { deadLetters, telemetry }: ReadDeps,
  { id, body }: Message,
  reason: Error,
): Promise<void> => {
  await deadLetters.park(body, reason.message);
  telemetry.count('MessageParked');
  telemetry.error(
    'a message that cannot be processed was parked',
    { messageId: id, reason: reason.message },
    reason,
  );
};

/**
 * Parses the messages of a batch. Those for which `parse` throws InvalidInputError are parked with the reason instead of
 * being retried; other errors pass through.
 */
export const readMessages = async <Content>(
  deps: ReadDeps,
  messages: readonly Message[],
  parse: (body: string) => Content,
): Promise<ReadMessages<Content>> => {
  const readable: (Message & { content: Content })[] = [];
  const failed: string[] = [];
  for (const message of messages) {
    try {
      readable.push({ ...message, content: parse(message.body) });
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      if (!(await isParked(deps, message, error))) failed.push(message.id);
    }
  }
  return { readable, failed };
};

/** Parks a message that can never be processed; false if the queue refused it, so that it must be delivered again. */
export const isParked = async (deps: ReadDeps, message: Message, reason: Error): Promise<boolean> => {
  try {
    await parkMessage(deps, message, reason);
    return true;
  } catch (error) {
    deps.telemetry.error('a message could not be parked', { messageId: message.id }, error);
    return false;
  }
};
