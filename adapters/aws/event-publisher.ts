import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { DomainEvent } from '../../core/shared/domain-event.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import type { EventPublisher } from '../../core/shared/messaging.ts';
import { withSdkErrors } from './sdk-failure.ts';
import { runningTrace } from './trace-context.ts';

export interface EventPublisherOptions {
  readonly client: EventBridgeClient;
  readonly busName: string;
  /** Waits between attempts. */
  readonly wait: (ms: number) => Promise<void>;
}

/** Limits of one PutEvents request: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const ENTRIES_PER_REQUEST = 10;
const BYTES_PER_REQUEST = 200_000;
const PAUSES_MS = [100, 400];

const entryOf = (busName: string, { name, source, detail }: DomainEvent): PutEventsRequestEntry => {
  const TraceHeader = runningTrace()?.header;
  return {
    EventBusName: busName,
    Source: source,
    DetailType: name,
    Time: new Date(detail.occurredAt),
    Detail: JSON.stringify(detail),
    ...(TraceHeader === undefined ? {} : { TraceHeader }),
  };
};

const bytesOf = (entry: PutEventsRequestEntry): number => Buffer.byteLength(entry.Detail ?? '') + 200;

const inRequests = (entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] => {
  const requests: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const current = requests.at(-1);
    bytes += bytesOf(entry);
    if (current && current.length < ENTRIES_PER_REQUEST && bytes <= BYTES_PER_REQUEST) current.push(entry);
    else {
      requests.push([entry]);
      bytes = bytesOf(entry);
    }
  }
  return requests;
};

/** Sends one request; returns rejected entries with the reason. PutEvents can succeed and still reject entries. */
const send = async ({ client }: EventPublisherOptions, entries: readonly PutEventsRequestEntry[]) => {
  const command = new PutEventsCommand({ Entries: [...entries] });
  const answer = await withSdkErrors('publishing events', () => client.send(command));
  return (answer.Entries ?? []).flatMap(({ ErrorCode }, i) => {
    const entry = entries[i];
    return ErrorCode === undefined || entry === undefined ? [] : [{ entry, reason: ErrorCode }];
  });
};

const publishRequest = async (options: EventPublisherOptions, entries: readonly PutEventsRequestEntry[]) => {
  let rejected = await send(options, entries);
  for (const pause of PAUSES_MS) {
    if (rejected.length === 0) return;
    await options.wait(pause);
    rejected = await send(
      options,
      rejected.map(({ entry }) => entry),
    );
  }
  const [first] = rejected;
  if (first === undefined) return;
  throw new DependencyUnavailableError(`the bus rejected ${rejected.length} events: ${first.reason}`);
};

/** Publishes events on Forestall's bus. Rejected entries are retried twice before publishing fails. */
export const eventBridgePublisher = (options: EventPublisherOptions): EventPublisher => ({
  publish: async (events) => {
    const entries = events.map((event) => entryOf(options.busName, event));
    for (const request of inRequests(entries)) await publishRequest(options, request);
  },
});
