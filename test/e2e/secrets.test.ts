import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { makeDocumentClient, makeS3Client, makeSecretsManagerClient } from '../../adapters/aws/clients.ts';
import { s3DrillReports } from '../../adapters/platform/drill-reports.ts';
import { secretsManagerRings } from '../../adapters/platform/key-rings.ts';
import { dynamoVaultStore } from '../../adapters/platform/vault-store.ts';
import { AccessToken } from '../../core/platform/api/tokens.ts';
import { formatKey, KEY_BYTES } from '../../core/platform/secrets/key-ring.ts';
import { openRecord, sealRecord } from '../../core/platform/secrets/vault.ts';
import { requireOutput } from '../../local/deploy.ts';
import { recordedTelemetry } from '../fakes/shared.ts';
import { newKey, subscribe, useSession } from './pipeline-client.ts';
import { currentVersion, forgetRings, labelsOf, rotateNow } from './rotate-now.ts';

const session = inject('session');
const TENANT = 'e2e-secrets';
const WAIT_MS = 180_000;
/** Within which a busy bus delivers an event. */
const ARRIVAL = { timeout: 20_000, interval: 500 };

describe('the signing secret', () => {
  let secretId = '';
  let apiKey = '';
  let events: Awaited<ReturnType<typeof subscribe>>;

  beforeAll(async () => {
    useSession(session);
    secretId = requireOutput(session.outputs, 'SigningSecretArn');
    apiKey = await newKey(session, TENANT);
    events = await subscribe(session, 'secrets-test');
    await forgetRings(secretId);
  });

  const issueToken = async (scopes: readonly string[]): Promise<string> => {
    const issued = await fetch(`${session.url}/v1/tokens`, {
      method: 'POST',
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
      body: JSON.stringify({ scopes }),
    });
    return AccessToken.parse(await issued.json()).accessToken;
  };

  /** Status of a request with a token: `POST /v1/…`, and its body as JSON. */
  const call = async (accessToken: string, request: string, body?: object): Promise<number> => {
    const [method, path] = request.split(' ');
    const response = await fetch(`${session.url}${path}`, {
      ...(method === undefined ? {} : { method }),
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.text();
    return response.status;
  };

  it.each([
    ['forecast runs', 'POST /v1/forecast-runs', undefined, 202],
    ['incidents', 'POST /v1/incidents/unknown/transitions', { to: 'acknowledged' }, 404],
    ['changes', 'POST /v1/changes', { target: 'web-1', summary: 'by token' }, 202],
    ['settings', 'PUT /v1/settings', { version: 0 }, 200],
  ])('issues tokens that commands on %s accept, within their scopes', async (_, request, body, expected) => {
    expect(await call(await issueToken(['ingest', 'operate']), request, body)).toBe(expected);
    expect(await call(await issueToken(['read']), request, body)).toBe(403);
  });

  it('rotates in four steps through its function, which announces it', async () => {
    const before = await currentVersion(secretId);
    const versionId = await rotateNow(secretId);
    expect(await labelsOf(secretId, before)).toEqual(['AWSPREVIOUS']);
    const announced: unknown[] = [];
    await vi.waitFor(async () => {
      const rotated = (await events()).filter((event) => event['detail-type'] === 'SecretRotated');
      announced.push(...rotated.map(({ detail }) => detail.versionId));
      expect(announced).toContain(versionId);
    }, ARRIVAL);
  });

  it('issues tokens that allow less than their key, through a rotation', async () => {
    await forgetRings(secretId);
    const token = await issueToken(['read']);
    const statuses = async () => [
      await call(token, 'GET /v1/targets'),
      await call(token, 'GET /v1/api-keys'),
    ];
    expect(await statuses()).toEqual([200, 403]);
    await rotateNow(secretId);
    expect(await statuses()).toEqual([200, 403]);
  });

  it('passes a drill, which rotates it and the vault and writes a report', async () => {
    const states = new SFNClient();
    const stateMachineArn = requireOutput(session.outputs, 'SecretDrillStateMachineArn');
    const start = new StartExecutionCommand({ stateMachineArn, name: 'drill-1', input: '{"force":true}' });
    const { executionArn } = await states.send(start);
    const deadline = Date.now() + WAIT_MS;
    let status: string | undefined = 'RUNNING';
    while (status === 'RUNNING' && Date.now() < deadline) {
      await sleep(500);
      ({ status } = await states.send(new DescribeExecutionCommand({ executionArn })));
    }
    const bucketName = requireOutput(session.outputs, 'ReportBucketName');
    const report = await s3DrillReports({ client: makeS3Client(), bucketName }).read('drill-1');
    expect(report).toMatchObject({ passed: true });
    expect(report.secrets.map(({ name, rotated }) => [name, rotated])).toEqual([
      ['signing', true],
      ['vault', true],
    ]);
    expect(status).toBe('SUCCEEDED');
  });

  it('is found sound by its check', async () => {
    const { Payload } = await new LambdaClient().send(
      new InvokeCommand({ FunctionName: requireOutput(session.outputs, 'CheckSecretsFunctionName') }),
    );
    expect(JSON.parse(Buffer.from(Payload ?? []).toString('utf8'))).toEqual({ problems: 0 });
  });
});

describe('the vault', () => {
  const lambda = () => new LambdaClient();
  const owner = { tenantId: TENANT, recordId: 'person-1' };
  const plain = Buffer.from('Ada Lovelace');
  const options = { random: randomBytes, now: 0 };

  const readRing = () =>
    secretsManagerRings({
      ...{ client: makeSecretsManagerClient(), secretId: requireOutput(session.outputs, 'VaultSecretArn') },
      ...{ now: Date.now, telemetry: recordedTelemetry().telemetry },
    }).read();

  const reencrypt = async (FunctionName: string): Promise<unknown> => {
    const { Payload } = await lambda().send(new InvokeCommand({ FunctionName }));
    return JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
  };

  it('is encrypted again after its secret changed, and only once', async () => {
    const FunctionName = requireOutput(session.outputs, 'ReencryptVaultFunctionName');
    const { Environment } = await lambda().send(new GetFunctionConfigurationCommand({ FunctionName }));
    const tableName = Environment?.Variables?.VAULT_TABLE_NAME ?? '';
    const store = dynamoVaultStore({ client: makeDocumentClient(), tableName });
    const SecretId = requireOutput(session.outputs, 'VaultSecretArn');
    // The drill left a previous version. No record needs it, so a rotation may retire it.
    const versionId = await rotateNow(SecretId);
    const { current: former } = await readRing();
    expect(former.id).toBe(versionId);
    await store.put({ owner, sealed: sealRecord({ current: former }, owner, plain, options) });
    // Dated back: a version that a rotation makes seals only after six minutes, when all readers know it.
    const content = formatKey(randomBytes(KEY_BYTES), 0);
    await makeSecretsManagerClient().send(new PutSecretValueCommand({ SecretId, SecretString: content }));
    await forgetRings(SecretId);
    expect(await reencrypt(FunctionName)).toEqual({ rewrapped: 1, unreadable: 0, isDone: true });
    const { current } = await readRing();
    expect(current.id).not.toBe(former.id);
    const sealed = (await store.get(owner))!;
    expect(Buffer.from(openRecord({ current }, owner, sealed))).toEqual(plain);
    expect(await reencrypt(FunctionName)).toEqual({ rewrapped: 0, unreadable: 0, isDone: true });
    await store.delete(owner);
  });
});
