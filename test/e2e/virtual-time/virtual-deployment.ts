/**
 * The handlers of a deployment as they are composed for Lambda, in this process and at a virtual time. Their tables and
 * buckets are those of an emulator; what passes between them through queues, the bus and the stream is handed on here.
 */
import { EventBridgeClient, type PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { vi } from 'vitest';
import { DEFAULT_QUOTAS } from '../../../lib/config/default-quotas.ts';
import { local } from '../../../lib/config/local.ts';
import { stageCeiling } from '../../../lib/remediation/stage-ceiling.ts';
import { httpEvent } from '../../fixtures/http-events.ts';
import { BUCKETS, TABLES, VirtualStores } from './stores.ts';
import { expiredRecord, writtenRecord } from './stream-records.ts';

export const TENANT = 'acme';
const QUEUES = {
  ingest: 'INGEST_QUEUE_URL',
  signals: 'SIGNALS_QUEUE_URL',
  dead: 'DEAD_LETTERS_QUEUE_URL',
} as const;
/** Retention by prefix in days, as the lifecycle rules of the buckets say (`test/infra/data.test.ts`). */
const LIFECYCLE: Readonly<Record<string, number>> = {
  raw: 35,
  runs: 14,
  detectors: 35,
  peers: 14,
  forecasts: 400,
  scores: 400,
};
const DAY_SECONDS = 86_400;
const context = {
  functionName: 'virtual',
  awsRequestId: 'r',
  getRemainingTimeInMillis: () => 300_000,
} as unknown as Context;

const isQueue = (url: string): url is keyof typeof QUEUES => Object.hasOwn(QUEUES, url);

interface Message {
  readonly body: string;
  /** Epoch milliseconds at which it becomes visible. */
  readonly dueAt: number;
}

export interface PublishedEvent {
  readonly name: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** Epoch seconds. */
  readonly at: number;
}

const setEnvironment = (): void => {
  const names: Readonly<Record<string, string>>[] = [TABLES, BUCKETS, QUEUES];
  for (const map of names) for (const [value, variable] of Object.entries(map)) vi.stubEnv(variable, value);
  const others = {
    ...{ EVENT_BUS_NAME: 'bus', OWN_TENANT_ID: TENANT, HOT_RETENTION_DAYS: '35', STAGE: 'virtual' },
    ...{ FORECAST_CADENCE_MINUTES: '60', FORECAST_SPREAD_MINUTES: '0', MAX_ACTIVE_RUNS: '2' },
    TENANT_QUOTAS: JSON.stringify(DEFAULT_QUOTAS),
    REMEDIATION_CEILING: JSON.stringify(stageCeiling(local)),
    ...{ USER_POOL_ID: 'us-east-1_virtual', USER_POOL_CLIENT_ID: 'virtual' },
    TOKEN_SIGNING_SECRET_ARN: 'virtual',
    ...{
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
      POWERTOOLS_SERVICE_NAME: 'virtual',
    },
    ...{ POWERTOOLS_METRICS_NAMESPACE: 'Forestall' },
  };
  for (const [name, value] of Object.entries(others)) vi.stubEnv(name, value);
};

const importHandlers = async () => ({
  issueKey: (await import('../../../functions/platform/issue-api-key/index.ts')).handler,
  receive: (await import('../../../functions/metrics/receive-metrics/index.ts')).handler,
  store: (await import('../../../functions/metrics/store-metrics/index.ts')).handler,
  detect: (await import('../../../functions/anomalies/detect-anomalies/index.ts')).handler,
  group: (await import('../../../functions/incidents/group-signals/index.ts')).handler,
  listTenants: (await import('../../../functions/forecasts/list-tenants/index.ts')).handler,
  planRun: (await import('../../../functions/forecasts/plan-forecast-run/index.ts')).handler,
  batch: (await import('../../../functions/forecasts/forecast-batch/index.ts')).handler,
  closeRun: (await import('../../../functions/forecasts/close-forecast-run/index.ts')).handler,
  query: (await import('../../../functions/api/query-api/index.ts')).handler,
});

export class VirtualDeployment {
  readonly stores = new VirtualStores();
  readonly events: PublishedEvent[] = [];
  readonly #queues: Record<keyof typeof QUEUES, Message[]> = { ingest: [], signals: [], dead: [] };
  readonly #objects = new Map<string, { readonly bucket: string; readonly writtenAt: number }>();
  #written: object[] = [];
  #signals: string[] = [];
  #handlers!: Awaited<ReturnType<typeof importHandlers>>;
  #apiKey = '';

  async start(): Promise<void> {
    setEnvironment();
    await this.stores.create();
    this.#listen();
    this.#handlers = await importHandlers();
    ({ apiKey: this.#apiKey } = await this.#handlers.issueKey(
      { tenantId: TENANT, name: 'virtual' },
      context,
    ));
  }

  get now(): number {
    return Math.floor(Date.now() / 1000);
  }

  get deadLetters(): readonly Message[] {
    return this.#queues.dead;
  }

  /** Sends points through the API, and lets everything that follows happen. */
  async push(points: readonly object[]): Promise<void> {
    const headers = { authorization: `Bearer ${this.#apiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ points });
    const answer = await this.#handlers.receive(
      httpEvent('POST', '/v1/ingest/json', { headers, body }),
      context,
    );
    if (answer.statusCode !== 202) throw new Error(`refused: ${JSON.stringify(answer)}`);
    await this.#consume('ingest', this.#handlers.store, 10);
    await this.#detect(this.#written.splice(0));
    await this.group();
  }

  /** Groups the signals that are due. */
  async group(): Promise<void> {
    const now = Date.now();
    for (const body of this.#signals.splice(0)) this.#queues.signals.push({ body, dueAt: now });
    await this.#consume('signals', this.#handlers.group, 100);
  }

  /** Runs the forecasts of all tenants as the workflows do. */
  async forecast(): Promise<void> {
    const scheduledAt = new Date(Date.now()).toISOString();
    const listed = await this.#handlers.listTenants(
      { input: { scheduledAt }, startedAt: scheduledAt, after: '' },
      context,
    );
    for (const { tenantId, runId, requestedAt } of listed.runs) {
      const run = { tenantId, runId, trigger: 'schedule', requestedAt };
      const { batches, batchCount } = await this.#handlers.planRun(run, context);
      for (const batch of batches) await this.#handlers.batch({ tenantId, runId, ...batch }, context);
      await this.#handlers.closeRun({ tenantId, runId, trigger: 'schedule', batchCount }, context);
    }
    await this.group();
  }

  /** Deletes what has expired by `at` (epoch seconds), and delivers the records of expired blocks. */
  async expire(at: number): Promise<number> {
    const expired = await this.stores.expire(at);
    const removed = expired
      .filter(({ table }) => table === 'blocks')
      .map((item) => expiredRecord(item, this.now));
    for (let i = 0; i < removed.length; i += 100) await this.#detect(removed.slice(i, i + 100));
    for (const [key, { bucket, writtenAt }] of this.#objects) {
      const days = LIFECYCLE[key.split('/')[0] ?? ''] ?? Number.POSITIVE_INFINITY;
      if (writtenAt + days * DAY_SECONDS > at) continue;
      await this.stores.deleteObject(bucket, key);
      this.#objects.delete(key);
    }
    return expired.length;
  }

  /** Keys of the objects that exist. */
  objectsUnder(prefix: string): string[] {
    return [...this.#objects.keys()].filter((key) => key.startsWith(prefix));
  }

  async get(path: string, query = ''): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#apiKey}` };
    const answer = await this.#handlers.query(httpEvent('GET', path, { headers, query }), context);
    if (answer.statusCode !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return JSON.parse(String(answer.body));
  }

  async #detect(records: readonly object[]): Promise<void> {
    if (records.length === 0) return;
    const event: unknown = JSON.parse(JSON.stringify({ Records: records }));
    const { batchItemFailures } = await this.#handlers.detect(event, context);
    if (batchItemFailures.length > 0) throw new Error(`not tracked: ${JSON.stringify(batchItemFailures)}`);
  }

  async #consume(
    queue: keyof typeof QUEUES,
    handler: (event: unknown, context: Context) => Promise<unknown>,
    size: number,
  ) {
    const due = this.#queues[queue].filter(({ dueAt }) => dueAt <= Date.now());
    this.#queues[queue] = this.#queues[queue].filter(({ dueAt }) => dueAt > Date.now());
    for (let i = 0; i < due.length; i += size) {
      const Records = due.slice(i, i + size).map(({ body }, n) => ({ messageId: String(n), body }));
      const answer = await handler({ Records }, context);
      if (JSON.stringify(answer ?? {}).includes('itemIdentifier'))
        throw new Error(`${queue}: a message failed`);
    }
  }

  /** Receives what the handlers send to queues and the bus, and follows what they write. */
  #listen(): void {
    vi.spyOn(SQSClient.prototype, 'send').mockImplementation((async ({ input }: SendMessageCommand) => {
      const { QueueUrl = '', MessageBody = '', DelaySeconds = 0 } = input;
      if (isQueue(QueueUrl))
        this.#queues[QueueUrl].push({ body: MessageBody, dueAt: Date.now() + 1000 * DelaySeconds });
      return { MessageId: 'm' };
    }) as never);
    vi.spyOn(EventBridgeClient.prototype, 'send').mockImplementation((async ({ input }: PutEventsCommand) => {
      for (const { DetailType = '', Detail = '{}', Source = '' } of input.Entries ?? [])
        this.#publish(DetailType, Source, JSON.parse(Detail));
      return { Entries: (input.Entries ?? []).map(() => ({ EventId: 'e' })) };
    }) as never);
    this.#followWrites();
  }

  #publish(name: string, source: string, detail: Record<string, unknown>): void {
    this.events.push({ name, detail, at: this.now });
    // The rule `Warnings` sends these to the queue of signals.
    if (!['AnomalyDetected', 'AnomalyEnded', 'BreachPredicted', 'BreachCleared'].includes(name)) return;
    const time = new Date(Date.now()).toISOString();
    this.#signals.push(
      JSON.stringify({
        version: '0',
        id: `${this.events.length}`,
        source,
        'detail-type': name,
        time,
        detail,
      }),
    );
  }

  #followWrites(): void {
    const send = DynamoDBDocumentClient.prototype.send;
    const note = (item: Record<string, unknown> | undefined, table: string | undefined): void => {
      if (table === 'blocks' && item !== undefined) this.#written.push(writtenRecord(item, this.now));
    };
    vi.spyOn(DynamoDBDocumentClient.prototype, 'send').mockImplementation(async function (
      this: DynamoDBDocumentClient,
      command: never,
    ) {
      const answer = await Reflect.apply(send, this, [command]);
      const sent: unknown = command;
      if (sent instanceof PutCommand) note(sent.input.Item, sent.input.TableName);
      if (sent instanceof TransactWriteCommand)
        for (const { Put } of sent.input.TransactItems ?? []) note(Put?.Item, Put?.TableName);
      return answer as never;
    } as never);
    const put = S3Client.prototype.send;
    const objects = this.#objects;
    vi.spyOn(S3Client.prototype, 'send').mockImplementation(async function (this: S3Client, command: never) {
      const answer = await Reflect.apply(put, this, [command]);
      const sent: unknown = command;
      if (sent instanceof PutObjectCommand)
        objects.set(sent.input.Key ?? '', {
          bucket: sent.input.Bucket ?? '',
          writtenAt: Math.floor(Date.now() / 1000),
        });
      return answer as never;
    } as never);
  }
}
