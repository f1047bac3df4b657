import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type * as z from 'zod';
import { makeS3Client } from '../../adapters/aws/clients.ts';
import { s3DrillReports } from '../../adapters/platform/drill-reports.ts';
import { SigningKeys } from '../../core/changes/api/webhooks.ts';
import { AccessToken } from '../../core/platform/api/tokens.ts';
import { standardMac } from '../../core/platform/secrets/webhook-signature.ts';
import { requireOutput } from '../../local/deploy.ts';
import { newKey, subscribe, useSession } from './pipeline-client.ts';

const session = inject('session');
const TENANT = 'e2e-secrets';
const WAIT_MS = 60_000;

/** A webhook as a sender makes it from a secret that it was shown. */
const send = async (secret: string, id: string): Promise<number> => {
  const body = JSON.stringify({ target: 'web-1', summary: 'version 41', id });
  const time = String(Math.floor(Date.now() / 1000));
  const mac = standardMac(Buffer.from(secret.replace('whsec_', ''), 'base64'), id, time, body);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${mac.toString('base64')}`,
  };
  const response = await fetch(`${session.url}/v1/webhooks/${TENANT}/changes`, {
    method: 'POST',
    ...{ headers, body },
  });
  await response.text();
  return response.status;
};

describe('the signing secret', () => {
  const secrets = () => new SecretsManagerClient();
  let secretId = '';
  let apiKey = '';
  let events: Awaited<ReturnType<typeof subscribe>>;

  beforeAll(async () => {
    useSession(session);
    secretId = requireOutput(session.outputs, 'SigningSecretArn');
    apiKey = await newKey(session, TENANT);
    events = await subscribe(session, 'secrets-test');
  });

  const keys = async (): Promise<z.infer<typeof SigningKeys>['keys']> => {
    const response = await fetch(`${session.url}/v1/webhooks/signing-keys`, {
      headers: { 'x-api-key': apiKey },
    });
    return SigningKeys.parse(await response.json()).keys;
  };

  const labelsOf = async (versionId: string): Promise<readonly string[]> => {
    const { VersionIdsToStages } = await secrets().send(new DescribeSecretCommand({ SecretId: secretId }));
    return VersionIdsToStages?.[versionId] ?? [];
  };

  const rotate = async (): Promise<string> => {
    const { VersionId = '' } = await secrets().send(new RotateSecretCommand({ SecretId: secretId }));
    const deadline = Date.now() + WAIT_MS;
    while (!(await labelsOf(VersionId)).includes('AWSCURRENT')) {
      if (Date.now() > deadline) throw new Error(`version ${VersionId} did not become current`);
      await sleep(200);
    }
    return VersionId;
  };

  it('signs webhooks, which are refused without it', async () => {
    const [key] = await keys();
    expect(await send(key!.secret, 'before')).toBe(202);
    expect(await send(key!.secret.replace(/.{4}$/, 'AAA='), 'forged')).toBe(401);
  });

  it('rotates in four steps through its function, and both versions are accepted', async () => {
    const [before] = await keys();
    const versionId = await rotate();
    expect(await labelsOf(before!.versionId)).toEqual(['AWSPREVIOUS']);
    expect(await send(before!.secret, 'overlap')).toBe(202);
    const rotated = (await events()).filter((event) => event['detail-type'] === 'SecretRotated');
    expect(rotated.map(({ detail }) => detail.versionId)).toContain(versionId);
  });

  it('issues tokens that allow less than their key, through a rotation', async () => {
    const call = (path: string, init: RequestInit = {}) => fetch(`${session.url}${path}`, init);
    const issued = await call('/v1/tokens', {
      method: 'POST',
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
      body: '{"scopes":["read"]}',
    });
    const { accessToken } = AccessToken.parse(await issued.json());
    const headers = { authorization: `Bearer ${accessToken}` };
    const statuses = async () =>
      Promise.all(
        ['/v1/targets', '/v1/api-keys'].map(async (path) => (await call(path, { headers })).status),
      );
    expect(await statuses()).toEqual([200, 403]);
    await rotate();
    expect(await statuses()).toEqual([200, 403]);
  });

  it('passes a drill, which rotates it and the vault and writes a report', async () => {
    const states = new SFNClient();
    const stateMachineArn = requireOutput(session.outputs, 'SecretDrillStateMachineArn');
    const start = new StartExecutionCommand({ stateMachineArn, name: 'drill-1', input: '{"force":true}' });
    const { executionArn } = await states.send(start);
    const deadline = Date.now() + 3 * WAIT_MS;
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
