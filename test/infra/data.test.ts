import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STORED_DECISION_SECONDS } from '../../core/remediation/retention.ts';
import { resourcesIn, resourcesOfType, stageOf, text } from './synthesised-stage.ts';
import { tableNamed } from './table-grants.ts';

const prod = stageOf('prod');
const tables = resourcesOfType(prod, 'AWS::DynamoDB::GlobalTable');
/** Properties of each table by its name in the data stack. */
const byName = new Map(
  [...resourcesIn(prod)].flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::DynamoDB::GlobalTable' ? [[tableNamed(id), Properties]] : [],
  ),
);
/** Tables whose items can be rebuilt from others, or expire within a day. */
const WITHOUT_RECOVERY = ['Requests'];

describe('tables', () => {
  it('are billed by request, keyed by pk and sk, and expire items', () => {
    expect(tables).toHaveLength(10);
    for (const { Properties } of tables)
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        SSESpecification: { SSEEnabled: false },
      });
  });

  it('can be recovered if they cannot be rebuilt', () => {
    for (const [name, { Replicas }] of byName)
      expect({ name, ...Replicas[0].PointInTimeRecoverySpecification }).toEqual(
        WITHOUT_RECOVERY.includes(name)
          ? { name, PointInTimeRecoveryEnabled: false }
          : { name, PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
      );
  });

  it('list breaches by risk', () => {
    const indexed = [...byName].filter(([, { GlobalSecondaryIndexes }]) => GlobalSecondaryIndexes);
    expect(indexed.map(([name]) => name)).toEqual(['Forecasts']);
    const forecasts = byName.get('Forecasts');
    expect(forecasts.GlobalSecondaryIndexes).toMatchObject([
      {
        IndexName: 'byRisk',
        KeySchema: [
          { AttributeName: 'riskPk', KeyType: 'HASH' },
          { AttributeName: 'risk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ]);
    expect(forecasts.AttributeDefinitions).toContainEqual({ AttributeName: 'risk', AttributeType: 'N' });
  });
});

describe('buckets', () => {
  const buckets = resourcesOfType(prod, 'AWS::S3::Bucket').map(({ Properties }) => Properties);
  const rulesOf = (bucket: (typeof buckets)[number]) => bucket.LifecycleConfiguration.Rules;

  it('are private, encrypted, and do not send object events, which nothing consumes and EventBridge bills', () => {
    expect(buckets).toHaveLength(4);
    for (const bucket of buckets) {
      expect(bucket.NotificationConfiguration).toBeUndefined();
      expect(bucket).toMatchObject({
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
        BucketEncryption: { ServerSideEncryptionConfiguration: [{}] },
      });
    }
  });

  it('keep payloads as long as their points, quarantined ones longer, and forecasts until they are scored', () => {
    const decisionDays = STORED_DECISION_SECONDS / 86_400 + 30;
    const days = Object.fromEntries(
      buckets
        .flatMap(rulesOf)
        .flatMap(({ Prefix, ExpirationInDays }) => (Prefix ? [[Prefix, ExpirationInDays]] : [])),
    );
    expect(days).toEqual({
      ...{ 'raw/': 35, 'quarantine/': 90 },
      ...{ 'runs/': 14, 'peers/': 14, 'detectors/': 35, 'forecasts/': 400, 'scores/': 400 },
      'secret-drills/': 400,
      ...{ 'inputs/': decisionDays, 'anchors/': decisionDays },
    });
  });

  it('keep versions only of objects that cannot be recreated, for a week; those of hourly states for a day', () => {
    const versioned = buckets.filter(
      ({ VersioningConfiguration, ObjectLockEnabled }) =>
        VersioningConfiguration?.Status === 'Enabled' && !ObjectLockEnabled,
    );
    expect(versioned).toHaveLength(1);
    expect(text(versioned)).toContain('forecasts/');
    for (const rule of rulesOf(versioned[0]).filter(({ Prefix }: { Prefix?: string }) => Prefix)) {
      const isHourly = ['peers/', 'detectors/', 'scores/'].includes(rule.Prefix);
      expect(rule.NoncurrentVersionExpiration).toEqual({ NoncurrentDays: isHourly ? 1 : 7 });
    }
  });

  it('lock what proves decisions as long as decisions are promised to be verifiable, and then remove it', () => {
    const locked = buckets.filter(({ ObjectLockEnabled }) => ObjectLockEnabled);
    expect(locked).toMatchObject([
      {
        VersioningConfiguration: { Status: 'Enabled' },
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 400 } },
        },
      },
    ]);
    const rules = rulesOf(locked[0]).filter(({ Prefix }: { Prefix?: string }) => Prefix);
    expect(rules).toHaveLength(2);
    for (const rule of rules) expect(rule.NoncurrentVersionExpiration).toEqual({ NoncurrentDays: 1 });
  });

  it('remove incomplete uploads', () => {
    for (const bucket of buckets)
      expect(text(rulesOf(bucket))).toContain('"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1}');
  });
});

describe('data in production', () => {
  it('stays if its stack is deleted, and the stack is protected against deletion', () => {
    const kept = [...resourcesIn(prod, ['data']).values()].filter(({ Type }) =>
      /GlobalTable$|S3::Bucket$/.test(Type),
    );
    expect(kept).toHaveLength(14);
    for (const { DeletionPolicy } of kept) expect(DeletionPolicy).toBe('Retain');
    expect(prod.stacks.data.terminationProtection).toBe(true);
    for (const { Properties } of tables) expect(Properties.Replicas[0].DeletionProtectionEnabled).toBe(true);
  });

  it('is in the data stack and nowhere else', () => {
    for (const part of ['pipeline', 'edge', 'operations'] as const)
      expect(text(prod.templates[part])).not.toMatch(/"Type":"AWS::(DynamoDB|S3)::/);
  });

  it('has no physical names: replacing a resource must not collide with itself', () => {
    const named = [...resourcesIn(prod).values()].filter(
      ({ Properties }) =>
        Properties &&
        [
          'TableName',
          'BucketName',
          'QueueName',
          'FunctionName',
          'TopicName',
          'StateMachineName',
          'RoleName',
        ].some((name) => Object.hasOwn(Properties, name) && !Object.hasOwn(Properties, 'Action')),
    );
    // These name the function that they belong to.
    const pointers = ['EventSourceMapping', 'EventInvokeConfig', 'Version'].map(
      (type) => `AWS::Lambda::${type}`,
    );
    expect(named.map(({ Type }) => Type).filter((type) => !pointers.includes(type))).toEqual([]);
  });

  it('is deleted with its stack in development', () => {
    const dev = stageOf('dev');
    expect(dev.stacks.data.terminationProtection).toBeFalsy();
    for (const { DeletionPolicy, Properties } of resourcesOfType(dev, 'AWS::S3::Bucket')) {
      expect(DeletionPolicy).toBe('Delete');
      // `aws s3 rm --recursive` empties a bucket only if it has no versions.
      expect(Properties.VersioningConfiguration).toBeUndefined();
    }
  });
});

describe('the HTTP API', () => {
  const [stage] = resourcesOfType(prod, 'AWS::ApiGatewayV2::Stage');

  it('is throttled, above what 1,000 hosts on the same clock send at once', () => {
    expect(stage?.Properties.DefaultRouteSettings).toEqual({
      ThrottlingBurstLimit: 2000,
      ThrottlingRateLimit: 1000,
    });
  });

  it('logs each request as JSON without its key or its query', () => {
    const format = JSON.parse(stage?.Properties.AccessLogSettings.Format);
    expect(Object.keys(format)).toContain('latencyMs');
    expect(text(format)).not.toMatch(/authorization|api-key|querystring|\$context\.path/i);
  });
});

describe('what stays when a stage is deleted', () => {
  /** The command that deletes a retained resource, by its type. */
  const DELETES: Readonly<Record<string, string>> = {
    'AWS::DynamoDB::GlobalTable': 'aws dynamodb delete-table',
    'AWS::S3::Bucket': 'aws s3 rb',
    'AWS::SecretsManager::Secret': 'aws secretsmanager delete-secret',
    'AWS::Cognito::UserPool': 'aws cognito-idp delete-user-pool',
    'AWS::KMS::Key': 'aws kms schedule-key-deletion',
  };

  it.each([
    ['prod', prod],
    ['prod with a customer key', stageOf('prod', { encryption: 'customer-key' })],
  ])('%s: the runbook deletes each of its kinds', (_, stage) => {
    const runbook = readFileSync('docs/runbook.md', 'utf8');
    const section = runbook.split('## Delete a stage with its data')[1]?.split('\n## ')[0] ?? '';
    // Versions go with their function or state machine.
    const kept = [...resourcesIn(stage).values()].filter(
      ({ Type, DeletionPolicy }) => DeletionPolicy === 'Retain' && !Type.endsWith('Version'),
    );
    expect(kept.length).toBeGreaterThan(0);
    for (const { Type } of kept) expect(section, Type).toContain(DELETES[Type] ?? `a command for ${Type}`);
  });

  it('dev: the README empties every bucket before it deletes them', () => {
    const dev = stageOf('dev');
    const emptied = readFileSync('README.md', 'utf8').match(/^aws s3 rm --recursive s3:\/\/\$\w+$/gm) ?? [];
    expect(emptied).toHaveLength(resourcesOfType(dev, 'AWS::S3::Bucket').length);
    const { Outputs } = dev.templates.data as { readonly Outputs: Record<string, unknown> };
    const names = Object.keys(Outputs).filter((name) => /^[A-Z]\w+BucketName$/.test(name));
    const variables = names.map((name) => `$${name.replace('BucketName', '').toUpperCase()}_BUCKET`);
    expect(new Set(emptied.map((line) => line.split('//')[1]))).toEqual(new Set(variables));
  });
});
