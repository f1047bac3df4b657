/** Two tenants of the deployment: one with everything that a tenant can have, and one that must not reach it. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { makeDocumentClient, makeS3Client } from '../../../adapters/aws/clients.ts';
import { s3ScoreFiles } from '../../../adapters/models/score-files.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { ApiClient } from '../../../cli/api-client/api-client.ts';
import { addRun, emptyDay } from '../../../core/models/scoring/add-scores.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { requireOutput } from '../../../local/deploy.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { sampleScores } from '../../unit/models/scoring/sample-scores.ts';
import { decision } from '../../unit/remediation/audit/decision-samples.ts';
import { samplePlan, sampleRemediation } from '../../unit/remediation/stored-samples.ts';
import { invokeAsAction } from '../alarm-ways.ts';
import { drained, finishedRun } from '../pipeline-client.ts';
import type { SharedSession } from '../shared-session.ts';

/** Owns the alarms of the account, and therefore has incidents. */
export const THEIRS = 'local';
export const OURS = 'e2e-isolation';
export const TARGET = 'isolated-host';
export const USER_NAME = 'isolated@example.com';

const now = Math.floor(Date.now() / 300_000) * 300;
const SCIM = '/v1/scim/v2';

export const asker =
  (session: SharedSession, credential: string, more: Readonly<Record<string, string>> = {}) =>
  async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(`${session.url}${path}`, {
      method: method.toUpperCase(),
      headers: {
        authorization: `Bearer ${credential}`,
        'content-type': 'application/json',
        ...more,
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  };
export type Ask = ReturnType<typeof asker>;

/** Written by the use of a key, and by schedules. */
const NOT_THEIR_DATA = /^(?:QUOTA|KEYUSE|RESPONSE|NOTED)#|^INGESTION$/;
const PARTITION = new RegExp(`^T#${THEIRS}(#|$)`);

const hashOf = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex');

const theirPeople = async (session: SharedSession): Promise<readonly string[]> => {
  const ask = asker(session, session.apiKey);
  const lists = ['Users', 'Groups'].map(async (list) => (await ask('get', `${SCIM}/${list}`)).text);
  return Promise.all(lists);
};

/** What they have in all tables and in the user pool: key -> hash of the content. */
export const theirItems = async (session: SharedSession): Promise<Readonly<Record<string, string>>> => {
  const dynamo = new DynamoDBClient();
  const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
  const found: Record<string, string> = { people: hashOf(await theirPeople(session)) };
  for (const TableName of TableNames.filter((name) => name.startsWith('Forestall-local'))) {
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName }));
    for (const item of Items) {
      const [pk = '', sk = ''] = [item.pk?.S, item.sk?.S];
      if (PARTITION.test(pk) && !NOT_THEIR_DATA.test(sk)) found[`${pk} ${sk}`] = hashOf(item);
    }
  }
  return found;
};

/** Keys of the items that differ between two answers of `theirItems`. */
export const differences = (
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] => Object.keys({ ...before, ...after }).filter((key) => before[key] !== after[key]);

const SETTLED = 3;

/** Their items once nothing changes them any more. */
export const settledItems = async (session: SharedSession): Promise<Readonly<Record<string, string>>> => {
  let items = await theirItems(session);
  for (let waited = 0, same = 0; waited < 60; waited++) {
    await sleep(1_000);
    const next = await theirItems(session);
    same = JSON.stringify(next) === JSON.stringify(items) ? same + 1 : 0;
    if (same >= SETTLED) return next;
    items = next;
  }
  throw new Error('the items of the other tenant keep changing');
};

const firstOf = async <Item>(items: AsyncIterable<Item>): Promise<Item | undefined> => {
  for await (const item of items) return item;
  return undefined;
};

/** What a read returns, once it returns something. */
const eventually = async <Found>(what: string, read: () => Promise<Found | undefined>): Promise<Found> => {
  for (let waited = 0; waited < 120; waited++) {
    const found = await read().catch(() => undefined);
    if (found !== undefined) return found;
    await sleep(1_000);
  }
  throw new Error(`${what} did not appear within two minutes`);
};

/** An incident that was diagnosed: the diagnosis of a new one stores causes at some later time. */
const openIncident = async (session: SharedSession, client: ApiClient): Promise<string> => {
  await invokeAsAction(session, 'isolation-alarm', 'isolation-function', now);
  const { id } = await eventually('the incident of the alarm', () => firstOf(client.incidents()));
  await eventually('the diagnosis of the incident', () => client.causes(id));
  return id;
};

const REMEDIATION = 'isolated-remediation';

/** A remediation with its first decision, as a step of the workflow stores them; returns the number of the decision. */
const storeRemediation = async (session: SharedSession): Promise<string> => {
  const store = dynamoRemediationStore({
    ...{ client: makeDocumentClient(), tableName: requireOutput(session.outputs, 'RemediationsTableName') },
    ...{ now: Date.now, telemetry: recordedTelemetry().telemetry },
  });
  const at = Math.floor(Date.now() / 1000);
  const plan = samplePlan({ tenantId: THEIRS, remediationId: REMEDIATION });
  const item = sampleRemediation({
    ...{ tenantId: THEIRS, remediationId: REMEDIATION, status: 'nothing-to-do' },
    plan: { ...plan, problem: { ...plan.problem, targetIds: [TARGET] } },
    ...{ startedAt: at, endedAt: at },
  });
  const stored = await store.commit({
    ...{ tenantId: THEIRS, head: (await store.state(THEIRS)).head, remediation: { item, revision: 0 } },
    decisions: [decision({ remediationId: REMEDIATION, at, inputsHash: null })],
  });
  if (stored === undefined) throw new Error('another decision was stored at the same time');
  return String(stored[0]?.sequence);
};

/** Yesterday, before which nothing in the emulator was forecast. */
const storeScores = async (session: SharedSession): Promise<void> => {
  const bucketName = requireOutput(session.outputs, 'ForecastBucketName');
  const day = new Date((now - DAY_SECONDS) * 1000).toISOString().slice(0, 10);
  const runId = `${day}T00-05-00Z-00000000`;
  const scored = addRun(emptyDay(day), runId, sampleScores(runId));
  await s3ScoreFiles({ client: makeS3Client(), bucketName }).replaceDay(THEIRS, scored, undefined);
};

/**
 * Gives them three targets, two changes, two runs, two keys, an incident, a remediation, scores of forecasts, and a person
 * with a role. Returns ids.
 */
export const makeTheirs = async (session: SharedSession): Promise<Readonly<Record<string, string>>> => {
  const client = new ApiClient({ url: session.url, apiKey: session.apiKey });
  const ask = asker(session, session.apiKey);
  const points = ['', '-2', '-3'].flatMap((suffix) =>
    Array.from({ length: 24 }, (_, i) => ({
      ...{ target: `${TARGET}${suffix}`, metric: 'cpu_percent', timestamp: now - i * 300, value: i },
    })),
  );
  await client.ingest({ format: 'json', body: JSON.stringify({ points }) });
  await drained();
  await client.recordChange({ target: TARGET, summary: 'v1', kind: 'configuration' });
  const change = await client.recordChange({ target: TARGET, summary: 'v2', kind: 'configuration' });
  await finishedRun(client, (await client.startRun('isolation-1')).id);
  const run = await finishedRun(client, (await client.startRun('isolation-2')).id);
  await client.createApiKey({ name: 'isolated', scopes: ['read'] }, 'isolated');
  const apiKey = await firstOf(client.apiKeys());
  const person = JSON.parse((await ask('post', `${SCIM}/Users`, { userName: USER_NAME })).text);
  const members = [{ value: person.id }];
  await ask('post', `${SCIM}/Groups`, { displayName: 'forestall-viewer', members });
  const incidentId = await openIncident(session, client);
  const sequence = await storeRemediation(session);
  await storeScores(session);
  await settledItems(session);
  return {
    ...{ id: person.id, targetId: TARGET, changeId: change.id, runId: run.id, incidentId },
    ...{ keyId: apiKey?.id ?? '', tenantId: THEIRS, remediationId: REMEDIATION, sequence },
    modelId: 'ensemble',
    // A link is a secret by itself, and its signature names its tenant: all that others can have is a wrong one.
    link: 'd3Jvbmc.d3Jvbmc',
  };
};

const STRANGE: Readonly<Record<string, string>> = {
  ...{ keyId: 'zzzzzzzzzzzz', id: '0'.repeat(24), sequence: '999999' },
};

/** An id of the same form that nobody has. */
export const strange = (name: string, id: string): string =>
  STRANGE[name] ?? id.replaceAll(/[a-z0-9](?=[a-z0-9]*$)/g, 'q');
