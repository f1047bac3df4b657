import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeOperatorClients } from '../../../adapters/platform/deployment/clients.ts';
import { readSecrets } from '../../../adapters/platform/deployment/secret-state.ts';
import type { StageResource, StageStacks } from '../../../adapters/platform/deployment/stage-stacks.ts';

const mock = mockClient(SecretsManagerClient);
const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:Signing-1';
const NOW = Date.UTC(2026, 10, 29);
const KEY = JSON.stringify({ key: 'k'.repeat(64), createdAt: 0 });
const failure = (name: string) => Object.assign(new Error(name), { name });

const resource = (type: string, logicalId: string, path: string, physicalId: string, properties: object) => ({
  ...{ type, logicalId, path, physicalId },
  properties: properties as StageResource['properties'],
});
const stageWith = (field: string): Pick<StageStacks, 'ofType'> => {
  const resources = [
    resource('AWS::SecretsManager::Secret', 'SecretsSigning1', 'Data/Secrets/Signing', ARN, {
      GenerateSecretString: { GenerateStringKey: field },
    }),
    resource(
      'AWS::SecretsManager::RotationSchedule',
      'Rotation1',
      'Pipeline/Rotation/Rotation-signing',
      ARN,
      {
        SecretId: { 'Fn::ImportValue': 'Forestall-prod-Data:ExportsOutputRefSecretsSigning1ABC' },
        RotationRules: { ScheduleExpression: 'rate(90 days)' },
      },
    ),
    resource(
      'AWS::Lambda::Function',
      'RotateSecret1',
      'Pipeline/Rotation/RotateSecret/Function',
      'rotate-1',
      {},
    ),
  ];
  return { ofType: async (type) => resources.filter((each) => each.type === type) };
};

const read = async (field = 'key') => {
  const clients = makeOperatorClients({ region: 'eu-west-1' });
  const [fact] = await readSecrets(clients, stageWith(field) as StageStacks, NOW);
  return fact!;
};

beforeEach(() => {
  mock.reset();
  mock.on(DescribeSecretCommand, { SecretId: ARN }).resolves({ RotationEnabled: true });
  mock.on(ListSecretVersionIdsCommand, { SecretId: ARN }).resolves({
    Versions: [
      { VersionId: 'v2', VersionStages: ['AWSCURRENT'], CreatedDate: new Date(1000) },
      { VersionId: 'v1', VersionStages: ['AWSPREVIOUS'], CreatedDate: new Date(0) },
      { VersionId: 'v3', VersionStages: ['AWSPENDING'], CreatedDate: new Date(2000) },
    ],
  });
  mock.on(GetSecretValueCommand).resolves({ SecretString: KEY });
});

describe('a secret', () => {
  it('is read with its rotation and its versions, and without a part of its content', async () => {
    const fact = await read();
    expect(fact).toEqual({
      ...{
        name: 'Data/Secrets/Signing',
        id: ARN,
        state: 'active',
        isRotationEnabled: true,
        rotationDays: 90,
      },
      rotator: 'arn:aws:lambda:eu-west-1:123456789012:function:rotate-1',
      ...{ currentSince: 1000, pendingSince: 2000, pendingId: 'v3', readAt: NOW },
      versions: [
        { id: 'v2', label: 'current', content: 'valid' },
        { id: 'v1', label: 'previous', content: 'valid' },
      ],
    });
    expect(JSON.stringify(fact)).not.toContain('kkkk');
  });

  it('may have finished its rotation, with the label of the pending version left on the current one', async () => {
    mock.on(ListSecretVersionIdsCommand).resolves({
      Versions: [
        { VersionId: 'v2', VersionStages: ['AWSCURRENT', 'AWSPENDING'], CreatedDate: new Date(1000) },
      ],
    });
    expect(await read()).toMatchObject({ pendingSince: undefined, pendingId: undefined });
  });

  it.each([
    ['key', 'text', /not JSON/],
    ['key', '{"key":"short"}', /not a key/],
    ['placeholder', '{"placeholder":"x"}', /not a token/],
  ])('with the field %s and unusable content is invalid: %s', async (field, SecretString, reason) => {
    mock.on(GetSecretValueCommand).resolves({ SecretString });
    const { versions } = await read(field);
    expect(versions[0]).toMatchObject({ content: 'invalid', reason: expect.stringMatching(reason) });
  });

  it('of an integration holds a token', async () => {
    mock.on(GetSecretValueCommand).resolves({ SecretString: '{"token":"t"}' });
    expect((await read('placeholder')).versions[0]?.content).toBe('valid');
  });

  it('may be unreadable for the caller', async () => {
    mock.on(GetSecretValueCommand).rejects(failure('AccessDeniedException'));
    expect((await read()).versions.map(({ content }) => content)).toEqual(['unread', 'unread']);
  });

  it('may be about to be deleted, or gone', async () => {
    mock.on(DescribeSecretCommand).resolves({ DeletedDate: new Date(NOW) });
    expect(await read()).toMatchObject({ state: 'deleting', versions: [] });
    mock.on(DescribeSecretCommand).rejects(failure('ResourceNotFoundException'));
    expect(await read()).toMatchObject({ state: 'deleted' });
  });

  it('is not judged if the caller may not describe it', async () => {
    mock.on(DescribeSecretCommand).rejects(failure('AccessDeniedException'));
    await expect(read()).rejects.toThrow('needs permission secretsmanager:DescribeSecret');
  });
});
