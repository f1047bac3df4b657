import { GetMetricStatisticsCommand, ListMetricsCommand, type Metric } from '@aws-sdk/client-cloudwatch';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { DeadLetterFact, ParkedFact, UnreadableFact } from '../../../core/platform/doctor/ports.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import { runbookIn } from './alarm-facts.ts';
import type { OperatorClients } from './clients.ts';
import { allPages, permitted, unlessGone } from './permitted.ts';
import { partOf, type StageStacks } from './stage-stacks.ts';

/** The dead-letter queues that exist: those without a dead-letter queue of their own. `readProtection` finds deleted ones. */
export const readDeadLetters = async (
  { queues }: OperatorClients,
  stage: StageStacks,
): Promise<readonly DeadLetterFact[]> => {
  const declared = await stage.ofType('AWS::SQS::Queue');
  const alarms = await stage.ofType('AWS::CloudWatch::Alarm');
  const last = declared.filter(({ properties }) => properties.RedrivePolicy === undefined);
  const found = await inParallel(3, last, async (resource) => {
    const answer = await unlessGone(
      permitted('sqs:GetQueueAttributes', () =>
        queues.send(
          new GetQueueAttributesCommand({
            QueueUrl: resource.physicalId,
            AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
          }),
        ),
      ),
    );
    if (answer === undefined) return [];
    const { Attributes } = answer;
    const name = partOf(resource);
    const alarm = alarms.find((one) => one.path.startsWith(`${name}/`));
    const counts = [
      Attributes?.ApproximateNumberOfMessages,
      Attributes?.ApproximateNumberOfMessagesNotVisible,
    ];
    const messages = counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
    return [{ name, messages, runbook: runbookIn(alarm?.properties.AlarmDescription) }];
  });
  return found.flat();
};

const PREFIX = 'quarantine/';
const REASON = '.reason.json';
const MAX_PAGES = 5;
const Reason = z.looseObject({ reason: z.string() });

/** The first reasons of at most 5,000 objects, by tenant; payloads whose tenant is unknown are under `unattributed`. */
const listParked = async ({ objects }: OperatorClients, Bucket: string) => {
  const reasons = new Map<string, string[]>();
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await permitted('s3:ListBucket', () =>
      objects.send(new ListObjectsV2Command({ Bucket, Prefix: PREFIX, ContinuationToken: token })),
    );
    for (const { Key = '' } of answer.Contents ?? []) {
      const place = Key.slice(PREFIX.length).split('/')[0] ?? '';
      if (Key.endsWith(REASON)) reasons.set(place, [...(reasons.get(place) ?? []), Key]);
    }
    token = answer.NextContinuationToken;
    if (token === undefined) break;
  }
  return { reasons, isMore: token !== undefined };
};

const readReason = async (
  { objects }: OperatorClients,
  Bucket: string,
  Key: string,
): Promise<string | undefined> => {
  const { Body } = await permitted('s3:GetObject', () => objects.send(new GetObjectCommand({ Bucket, Key })));
  try {
    return Reason.parse(JSON.parse((await Body?.transformToString()) ?? '')).reason;
  } catch {
    return undefined;
  }
};

/** Accepted payloads that could not be stored, by tenant, with the reason of the latest. */
export const readParked = async (
  clients: OperatorClients,
  stage: StageStacks,
): Promise<readonly ParkedFact[]> => {
  const bucket = await stage.output('RawBucketName');
  const { reasons, isMore } = await listParked(clients, bucket);
  return inParallel(3, reasons, async ([place, keys]) => ({
    tenantId: place.replace(/^tenant=/, ''),
    payloads: keys.length,
    isMore,
    address: `s3://${bucket}/${PREFIX}${place}/`,
    reason: await readReason(clients, bucket, keys.at(-1) ?? ''),
  }));
};

const DAY_SECONDS = 86_400;
const Namespace = 'Forestall';
const MetricName = 'ItemUnreadable';

/** The functions of a stage that ever counted an unreadable item. */
const listCounters = ({ alarms }: OperatorClients, stage: string): Promise<Metric[]> =>
  allPages(async (NextToken) => {
    const Dimensions = [{ Name: 'stage', Value: stage }];
    const page = await permitted('cloudwatch:ListMetrics', () =>
      alarms.send(new ListMetricsCommand({ Namespace, MetricName, Dimensions, NextToken })),
    );
    return { items: page.Metrics ?? [], next: page.NextToken };
  });

const serviceOf = ({ Dimensions = [] }: Metric): string =>
  Dimensions.find(({ Name }) => Name === 'service')?.Value ?? 'unknown';

const countedBy = async ({ alarms }: OperatorClients, counter: Metric, now: Date): Promise<number> => {
  const { Datapoints = [] } = await permitted('cloudwatch:GetMetricStatistics', () =>
    alarms.send(
      new GetMetricStatisticsCommand({
        Namespace,
        MetricName,
        Dimensions: counter.Dimensions,
        StartTime: new Date(now.getTime() - DAY_SECONDS * 1000),
        EndTime: now,
        Period: DAY_SECONDS,
        Statistics: ['Sum'],
      }),
    ),
  );
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
};

/** How often each function met a stored item that it could not read, within the last day. */
export const readUnreadable = async (
  clients: OperatorClients,
  stage: string,
  now: Date,
): Promise<readonly UnreadableFact[]> =>
  inParallel(3, await listCounters(clients, stage), async (counter) => ({
    service: serviceOf(counter),
    count: await countedBy(clients, counter, now),
  }));
