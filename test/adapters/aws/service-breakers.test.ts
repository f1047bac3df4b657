import { Buffer } from 'node:buffer';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { guarded, serviceResultOf, useServiceBreakers } from '../../../adapters/aws/service-breakers.ts';
import { localBreaker } from '../../../core/platform/resilience/breakers.ts';
import { BreakerOpenError } from '../../../core/shared/resilience/breaker.ts';
import { DEFAULT_BREAKERS } from '../../../core/shared/resilience/breaker-rules.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const RULES = { ...DEFAULT_BREAKERS.services, failures: 3, successes: 1 };
const clock = { now: 0 };
let { telemetry, counts } = recordedTelemetry();

beforeEach(() => {
  ({ telemetry, counts } = recordedTelemetry());
  useServiceBreakers((service) =>
    localBreaker({ rules: RULES, telemetry, now: () => clock.now }, `service ${service}`),
  );
});

interface Reply {
  readonly status: number;
  readonly body: object;
}

/** Answers each request of a client in place of the network. */
const network = (reply: Reply) => {
  const sent = { requests: 0, reply };
  const handle = async () => {
    sent.requests++;
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    const body = Buffer.from(JSON.stringify(sent.reply.body));
    return { response: { statusCode: sent.reply.status, headers, body } };
  };
  const config = {
    ...{ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 },
    requestHandler: { handle, metadata: { handlerProtocol: 'http/1.1' } },
  };
  return { sent, config };
};

const error = (status: number, name: string, more: object = {}): Reply => ({
  ...{ status, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name, ...more } },
});
const OK: Reply = { status: 200, body: {} };
const DOWN = error(500, 'InternalServerError');
const get = new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } });
const put = new PutItemCommand({ TableName: 't', Item: { pk: { S: 'a' } } });

const failTimes = async (count: number, send: () => Promise<unknown>) => {
  for (let i = 0; i < count; i++) await send().catch(() => undefined);
};

describe('a guarded client', () => {
  it('sends nothing once its service failed repeatedly, and recovers', async () => {
    const { sent, config } = network(DOWN);
    const client = guarded(new DynamoDBClient(config));
    await failTimes(3, () => client.send(get));
    await expect(client.send(put)).rejects.toBeInstanceOf(BreakerOpenError);
    expect(sent.requests).toBe(3);
    sent.reply = OK;
    clock.now += 5_000;
    await client.send(get);
    await client.send(put);
    expect(sent.requests).toBe(5);
    expect(counts).toEqual({ BreakerOpened: 1, BreakerClosed: 1 });
  });

  it('is guarded as a document client, too', async () => {
    const { sent, config } = network(DOWN);
    const client = DynamoDBDocumentClient.from(guarded(new DynamoDBClient(config)));
    await failTimes(5, () => client.send(new GetCommand({ TableName: 't', Key: { pk: 'a' } })));
    expect(sent.requests).toBe(3);
  });

  it('counts the attempts at one request once', async () => {
    const { sent, config } = network(error(400, 'ThrottlingException'));
    const client = guarded(new DynamoDBClient({ ...config, maxAttempts: 3 }));
    await failTimes(2, () => client.send(get));
    expect(sent.requests).toBe(6);
    sent.reply = OK;
    await expect(client.send(get)).resolves.toBeDefined();
  });

  it('shares the breaker with other clients of the service, and not with other services', async () => {
    const { sent, config } = network(DOWN);
    const clients = [1, 2].map(() => guarded(new DynamoDBClient(config)));
    await failTimes(3, () => clients[0]!.send(get));
    await expect(clients[1]!.send(get)).rejects.toThrow('service dynamodb is not called before');
    sent.reply = { status: 200, body: { executionArn: 'arn', startDate: 1 } };
    const workflows = guarded(new SFNClient(config));
    const start = new StartExecutionCommand({ stateMachineArn: 'arn' });
    await expect(workflows.send(start)).resolves.toMatchObject({ executionArn: 'arn' });
  });

  it('is not affected by requests that the service refuses, by conditions or by hot keys', async () => {
    const { sent, config } = network(OK);
    const client = guarded(new DynamoDBClient(config));
    const reasons = [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn' }];
    for (const refusal of [
      error(400, 'ConditionalCheckFailedException'),
      error(400, 'ValidationException'),
      error(400, 'AccessDeniedException'),
      error(400, 'TransactionConflictException'),
      error(400, 'ProvisionedThroughputExceededException', { ThrottlingReasons: reasons }),
    ]) {
      sent.reply = refusal;
      await failTimes(10, () => client.send(put));
    }
    sent.reply = OK;
    await expect(client.send(get)).resolves.toBeDefined();
    expect(sent.requests).toBe(51);
  });

  it('opens for throttling of the whole table', async () => {
    const reasons = [{ reason: 'TableReadAccountLimitExceeded', resource: 'arn' }];
    const { sent, config } = network(error(400, 'ThrottlingException', { ThrottlingReasons: reasons }));
    const client = guarded(new DynamoDBClient(config));
    await failTimes(9, () => client.send(get));
    expect(sent.requests).toBe(3);
  });
});

describe('serviceResultOf', () => {
  const failure = (fields: object) => Object.assign(new Error('x'), fields);

  it.each([
    [{ name: 'TimeoutError' }, 'failed'],
    [{ code: 'ECONNRESET' }, 'failed'],
    [{ name: 'ServiceUnavailable', $fault: 'server' }, 'failed'],
    [{ name: 'TooManyRequestsException', $fault: 'client' }, 'failed'],
    [{ name: 'SlowDown', $fault: 'server' }, 'answered'],
    [{ name: 'LimitExceededException', $fault: 'client' }, 'answered'],
    [{ name: 'NoSuchKey', $fault: 'client' }, 'answered'],
    [{ name: 'CredentialsProviderError' }, 'unknown'],
    [{ name: 'TypeError' }, 'unknown'],
  ] as const)('%j: %s', (fields, result) => {
    expect(serviceResultOf(failure(fields))).toBe(result);
  });
});

it('names services as their clients do', async () => {
  const named: string[] = [];
  useServiceBreakers((service) => {
    named.push(service);
    return { run: (call) => call() };
  });
  const { config } = network(OK);
  await guarded(new SFNClient(config)).send(new StartExecutionCommand({ stateMachineArn: 'arn' }));
  await guarded(new DynamoDBClient(config)).send(get);
  expect(named).toEqual(['sfn', 'dynamodb']);
  expect(guarded(new S3Client(config)).config.serviceId).toBe('S3');
});
