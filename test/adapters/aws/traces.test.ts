import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeDocumentClient } from '../../../adapters/aws/clients.ts';
import { eventBridgePublisher } from '../../../adapters/aws/event-publisher.ts';
import { sqsDeadLetters } from '../../../adapters/aws/sqs-dead-letters.ts';
import { isRecorded, traceScope } from '../../../adapters/aws/trace-context.ts';
import { stepFunctionsStarter } from '../../../adapters/aws/workflow-starter.ts';
import { sqsSignalSender } from '../../../adapters/incidents/signal-sender.ts';
import { dynamoBlockStore } from '../../../adapters/metrics/block-store.ts';
import { readBlockChanges } from '../../../adapters/metrics/changed-blocks.ts';
import { sqsIngestQueue } from '../../../adapters/metrics/ingest-queue.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';

const ROOT = '1-67891233-abcdef012345678912345678';
const HEADER = `Root=${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`;
const region = 'us-east-1';

const sqs = mockClient(SQSClient);
const bus = mockClient(EventBridgeClient);
const states = mockClient(SFNClient);
const dynamo = mockClient(DynamoDBDocumentClient);

beforeEach(() => {
  for (const client of [sqs, bus, states, dynamo]) client.reset();
  sqs.on(SendMessageCommand).resolves({});
  bus.on(PutEventsCommand).resolves({ Entries: [{}] });
  states.on(StartExecutionCommand).resolves({});
  dynamo.on(PutCommand).resolves({});
});

const inTrace = <T>(work: () => T): T =>
  traceScope.run({ header: HEADER, ids: [ROOT], annotate: () => {} }, work);

const client = new SQSClient({ region });
const POINTER: IngestPointer = {
  ...{ tenantId: 'acme', requestId: 'r', key: 'k', format: 'json', contentType: '', gzip: false },
  ...{ receivedAt: 0, query: {} },
};
const EVENT = {
  ...{ name: 'IncidentOpened', source: 'forestall.incidents' },
  detail: { id: 'e', tenantId: 'acme', occurredAt: '2026-11-21T10:05:00.000Z' },
};

const SENDERS: Readonly<Record<string, () => Promise<unknown>>> = {
  'the ingest queue': () => sqsIngestQueue(client, 'https://queue').send(POINTER),
  'the signals queue': () => sqsSignalSender(client, 'https://queue').requestQuietCheck('acme', 60),
  'dead letters': () => sqsDeadLetters(client, 'https://queue').park('poison', 'unreadable'),
};

const publish = () =>
  eventBridgePublisher({
    ...{ client: new EventBridgeClient({ region }), busName: 'bus', wait: async () => {} },
  }).publish([EVENT]);
const start = () =>
  stepFunctionsStarter({ client: new SFNClient({ region }), stateMachineArn: 'arn' }).start('run', {});

describe.each(Object.entries(SENDERS))('a message to %s', (_, send) => {
  const attributes = () =>
    sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input.MessageSystemAttributes);

  it('carries the trace of the running work', async () => {
    await inTrace(send);
    expect(attributes()).toEqual([{ AWSTraceHeader: { DataType: 'String', StringValue: HEADER } }]);
  });

  it('carries none without tracing', async () => {
    await send();
    expect(attributes()).toEqual([undefined]);
  });
});

describe('the trace of the running work', () => {
  it('goes with each event', async () => {
    await inTrace(publish);
    await publish();
    const headers = bus
      .commandCalls(PutEventsCommand)
      .map(({ args }) => args[0].input.Entries?.[0]?.TraceHeader);
    expect(headers).toEqual([HEADER, undefined]);
  });

  it('goes with the start of a workflow', async () => {
    await inTrace(start);
    await start();
    const headers = states.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input.traceHeader);
    expect(headers).toEqual([HEADER, undefined]);
  });
});

describe('a block', () => {
  const key = { tenantId: 'acme', targetId: 'web-1', hour: 498_682 };
  const writtenWith = async (trace: string | undefined) => {
    const store = dynamoBlockStore({ client: makeDocumentClient(), tableName: 'Blocks', retentionDays: 35 });
    await store.write([{ key, bytes: Uint8Array.of(1), expectedVersion: 3, trace }]);
    return dynamo.commandCalls(PutCommand).at(-1)?.args[0].input.Item ?? {};
  };

  it('keeps a recorded trace, because streams carry none; no other', async () => {
    expect(await writtenWith(HEADER)).toMatchObject({ trace: HEADER, v: 4 });
    expect(await writtenWith(HEADER.replace('Sampled=1', 'Sampled=0'))).not.toHaveProperty('trace');
    expect(await writtenWith(undefined)).not.toHaveProperty('trace');
  });

  it('hands the trace on to those who follow its changes', async () => {
    const { pk, sk, trace } = await writtenWith(HEADER);
    const record = (NewImage: object) => ({
      eventName: 'MODIFY',
      dynamodb: { SequenceNumber: '1', Keys: { pk: { S: pk }, sk: { S: sk } }, NewImage },
    });
    const image = { data: { B: 'AQ==' }, v: { N: '4' } };
    const Records = [
      record({ ...image, trace: { S: trace } }),
      record(image),
      record({ ...image, trace: 7 }),
    ];
    const { changed, unreadable } = readBlockChanges({ Records });
    expect(unreadable).toEqual([]);
    expect(changed.map((change) => change.trace)).toEqual([HEADER, undefined, undefined]);
  });
});

it.each([
  [HEADER, true],
  ['Sampled=1', true],
  [`Root=${ROOT};Sampled=0`, false],
  [`Root=${ROOT};Sampled=10`, false],
  [`Root=${ROOT};NotSampled=1`, false],
  [undefined, false],
])('%s is the header of a recorded trace: %s', (header, expected) => {
  expect(isRecorded(header)).toBe(expected);
});
