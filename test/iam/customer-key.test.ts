import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { stageOf } from '../infra/synthesised-stage.ts';
import { type Call, isAllowed } from './evaluate.ts';
import { policiesOf, type Statement } from './policies.ts';
import { resolveTemplates } from './resolve-template.ts';
import { ACCOUNT, arn, REGION } from './resource-names.ts';
import { serviceCalls } from './service-calls.ts';

/** Evaluates the requests to KMS that follow from encrypting everything with the stage's own key. */

const resources = resolveTemplates(stageOf('prod', { encryption: 'customer-key' }).templates);
const [key] = [...resources.values()].filter(({ type }) => type === 'AWS::KMS::Key');
if (key?.arn === undefined) throw new TypeError('the stage has no key');
const keyArn = key.arn;
const policy = policiesOf([key]).ofResource.get(keyArn) ?? [];
// The boundary of roles is the same in every stage; policies of resources with a key are not evaluated here.
const [boundary = []] = policiesOf(
  [...resources.values()].filter(({ type }) => /^AWS::IAM::(Role|ManagedPolicy)$/.test(type)),
).boundaryOf.values();

const onKey = (caller: Call['caller'], action: string, context: Call['context']): Call => ({
  caller,
  action,
  resource: keyArn,
  context,
  because: 'encryption',
});

/** Decides by the key policy alone: no role has a grant on the key. */
const mayUse = (call: Call, statements: readonly Statement[] = policy): Promise<boolean> =>
  isAllowed(call, {
    identity: [],
    resource: statements,
    boundary: 'role' in call.caller ? boundary : undefined,
  });

const Queue = z.looseObject({ KmsMasterKeyId: z.literal(keyArn) });
const encrypted = new Set(
  [...resources.values()]
    .filter(
      ({ type, properties }) =>
        /^AWS::S(QS::Queue|NS::Topic)$/.test(type) && Queue.safeParse(properties).success,
    )
    .map((each) => each.arn),
);

/** Services that deliver to an encrypted queue or topic, once for each pair. */
const deliveries = [
  ...new Map(
    serviceCalls(resources)
      .filter(({ resource }) => encrypted.has(resource))
      .map((call) => [JSON.stringify([call.caller, call.resource]), call]),
  ).values(),
];
const byServices = deliveries.filter(({ caller }) => 'service' in caller);
const byRoles = deliveries.filter(({ caller }) => 'role' in caller);

const denied = async (calls: readonly Call[], statements?: readonly Statement[]): Promise<string[]> => {
  const refused = [];
  for (const call of calls) if (!(await mayUse(call, statements))) refused.push(JSON.stringify(call.caller));
  return refused;
};

const DELIVER = ['kms:Decrypt', 'kms:GenerateDataKey'];
const forDelivery = (account: string) =>
  byServices.flatMap(({ caller }) =>
    DELIVER.map((action) => onKey(caller, action, { 'aws:SourceAccount': account })),
  );

const via = (service: string, account = ACCOUNT): Call['context'] => ({
  'kms:CallerAccount': account,
  'kms:ViaService': `${service}.${REGION}.amazonaws.com`,
});

describe('the key policy allows', () => {
  it('alarms, topics and rules to deliver to every encrypted topic and queue', async () => {
    const services = new Set(byServices.map(({ caller }) => ('service' in caller ? caller.service : '')));
    expect(services).toEqual(
      new Set(['cloudwatch.amazonaws.com', 'events.amazonaws.com', 'sns.amazonaws.com']),
    );
    expect(await denied(forDelivery(ACCOUNT))).toEqual([]);
  });

  it('roles to use queues, tables and buckets', async () => {
    expect(byRoles.length).toBeGreaterThan(5);
    const roles = byRoles.flatMap(({ caller }) =>
      ['dynamodb', 's3', 'sqs'].flatMap((service) =>
        DELIVER.map((action) => onKey(caller, action, via(service))),
      ),
    );
    expect(await denied(roles)).toEqual([]);
  });

  // The simulator does not evaluate keys with two colons.
  it('CloudWatch Logs to encrypt the log groups of the account, and nothing else', () => {
    const logs = { Service: [`logs.${REGION}.amazonaws.com`] };
    const own = policy.filter(({ Principal }) => JSON.stringify(Principal) === JSON.stringify(logs));
    const groups = [arn('logs', 'log-group:*')];
    expect(own.map(({ Condition }) => Condition)).toEqual([
      { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
    ]);
  });

  it('DynamoDB to create grants for itself, and no other grants', async () => {
    const role = { role: 'Deployer' };
    const own = { ...via('dynamodb'), 'kms:GrantIsForAWSResource': 'true' };
    const call = onKey(role, 'kms:CreateGrant', own);
    // Whoever deploys has no boundary.
    const deploys = (one: Call) => isAllowed(one, { identity: [], resource: policy, boundary: undefined });
    expect(await deploys(call)).toBe(true);
    expect(await deploys({ ...call, context: { ...own, 'kms:GrantIsForAWSResource': 'false' } })).toBe(false);
    expect(await deploys({ ...call, context: { ...own, ...via('s3') } })).toBe(false);
  });
});

describe('the key policy denies', () => {
  const role = { role: 'Any' };

  it('deliveries for another account', async () => {
    expect(await denied(forDelivery('999999999999'))).toHaveLength(forDelivery(ACCOUNT).length);
  });

  it.each([
    ['a role that decrypts without a service', onKey(role, 'kms:Decrypt', {})],
    ['a service that stores no data here', onKey(role, 'kms:Decrypt', via('lambda'))],
    ['a caller of another account', onKey(role, 'kms:Decrypt', via('s3', '999999999999'))],
    [
      'another service',
      onKey({ service: 'ec2.amazonaws.com' }, 'kms:Decrypt', { 'aws:SourceAccount': ACCOUNT }),
    ],
  ])('%s', async (_, call) => {
    expect(await mayUse(call)).toBe(false);
  });

  const everything = [{ Effect: 'Allow' as const, Action: ['kms:*'], Resource: ['*'] }];
  const administrator = (
    action: string,
    context: Call['context'] = {},
    statements: readonly Statement[] = policy,
  ): Promise<boolean> =>
    isAllowed(onKey(role, action, context), {
      ...{ identity: everything, resource: statements, boundary: undefined },
    });

  it.each([
    ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'],
    ...['ReEncryptFrom', 'ReEncryptTo', 'CreateGrant', 'RetireGrant'],
  ])('kms:%s to administrators who manage it', async (action) => {
    expect(await administrator(`kms:${action}`)).toBe(false);
  });

  it('grants to administrators that DynamoDB does not create for itself', async () => {
    const own = { 'kms:GrantIsForAWSResource': 'false', ...via('dynamodb') };
    expect(await administrator('kms:CreateGrant', own)).toBe(false);
  });

  it.each([
    ...['PutKeyPolicy', 'CreateAlias', 'DescribeKey', 'EnableKey', 'ListGrants', 'RevokeGrant'],
    ...['RotateKeyOnDemand', 'ScheduleKeyDeletion', 'UpdateKeyDescription'],
  ])('not kms:%s: administrators need it', async (action) => {
    expect(await administrator(`kms:${action}`)).toBe(true);
  });

  it('kms:CreateGrant only without a planted kms:Create*', async () => {
    const planted: Statement = {
      ...{ Effect: 'Allow', Action: ['kms:Create*'], Resource: ['*'] },
      Principal: { AWS: [`arn:aws:iam::${ACCOUNT}:root`] },
    };
    expect(await administrator('kms:CreateGrant', {}, [...policy, planted])).toBe(true);
  });
});

it('a planted policy that forgets CloudWatch is found', async () => {
  const without = policy.map((statement) =>
    JSON.stringify(statement.Principal ?? '').includes('cloudwatch')
      ? { ...statement, Principal: { Service: ['sns.amazonaws.com', 'events.amazonaws.com'] } }
      : statement,
  );
  const refused = await denied(forDelivery(ACCOUNT), without);
  expect(new Set(refused)).toEqual(new Set(['{"service":"cloudwatch.amazonaws.com"}']));
});
