import { inParallel } from '../../core/shared/in-parallel.ts';
import {
  type Message,
  type ReadDeps,
  type ReadMessages,
  readMessages,
} from '../../core/shared/read-messages.ts';
import { inTraceOf } from './tracing/trace.ts';

/** Reads each message of a batch in its own trace, which the log line and the parked copy of an unreadable one carry. */
export const readInTrace = async <Content>(
  deps: ReadDeps,
  messages: readonly Message[],
  parse: (body: string) => Content,
): Promise<ReadMessages<Content>> => {
  const read = await inParallel(1, messages, (message) =>
    inTraceOf(message.trace, () => readMessages(deps, [message], parse)),
  );
  return {
    readable: read.flatMap(({ readable }) => readable),
    failed: read.flatMap(({ failed }) => failed),
  };
};
