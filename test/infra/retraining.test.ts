/** The workflow `retrain` and its stores, in a stack of their own. */
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { selectStage } from '../../lib/config/select-stage.ts';
import type { StageConfig } from '../../lib/config/stage-config.ts';
import { BlockTable } from '../../lib/metrics/block-table.ts';
import { TargetTable } from '../../lib/metrics/target-table.ts';
import { ModelBucket } from '../../lib/models/model-bucket.ts';
import { ModelTable } from '../../lib/models/model-table.ts';
import { RetrainingWorkflow } from '../../lib/models/retraining-workflow.ts';
import { DomainEventBus } from '../../lib/platform/event-bus.ts';
import { SecretStore } from '../../lib/platform/secret-store.ts';
import { SettingsTable } from '../../lib/platform/settings-table.ts';

const bundle = join(import.meta.dirname, '../../lib/platform/placeholder-bundle');
const env = { account: '123456789012', region: 'eu-west-1' };

const templateOf = (config: StageConfig): Template => {
  const stack = new Stack(new App({ context: { 'forestall:bundle': bundle } }), 'Sample', { env });
  new RetrainingWorkflow(stack, 'Retraining', {
    config,
    models: new ModelTable(stack, 'Models', { config }),
    modelBucket: new ModelBucket(stack, 'ModelBucket', { config }),
    settings: new SettingsTable(stack, 'Settings', { config }),
    blocks: new BlockTable(stack, 'Blocks', { config }),
    targets: new TargetTable(stack, 'Targets', { config }),
    secrets: new SecretStore(stack, 'Secrets', { config, vaultTable: undefined }),
    bus: new DomainEventBus(stack, 'Bus'),
    notify: new Topic(stack, 'Notify'),
  });
  return Template.fromStack(stack);
};

const prod = templateOf(selectStage('prod'));

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** What the role of a function may do, as `action resource`. */
const grantsOf = (id: string): string[] =>
  Object.entries(prod.findResources('AWS::IAM::Policy'))
    .filter(([name]) => name.startsWith(`Retraining${id}`))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[])
    .flatMap(({ Action, Resource }) =>
      asList(Action).flatMap((action) =>
        asList(Resource).map((resource) => `${action} ${JSON.stringify(resource)}`),
      ),
    )
    .map((grant) =>
      grant
        .replaceAll(/[{}[\]"]/g, '')
        .replaceAll(/Fn::\w+:|Ref:/g, '')
        .replaceAll(/[0-9A-F]{8}\b/g, ''),
    )
    .filter((grant) => !grant.startsWith('logs:'))
    .toSorted();

const COMMON = ['dynamodb:GetItem ModelsStoreTable,Arn', 'dynamodb:PutItem ModelsStoreTable,Arn'];

describe('the functions of a training', () => {
  it.each([
    [
      'PrepareTraining',
      [
        'dynamodb:GetItem SettingsStoreTable,Arn',
        'dynamodb:Query BlocksStoreTable,Arn',
        'dynamodb:Query TargetsStoreTable,Arn',
        's3:PutObject snapshots',
      ],
    ],
    [
      'TrainModel',
      [
        ...['s3:GetObject keys', 's3:GetObject models', 's3:GetObject snapshots'],
        ...['s3:ListBucket', 's3:ListBucket', 's3:ListBucket', 's3:PutObject models'],
      ],
    ],
    [
      'RegisterModel',
      [
        's3:PutObject keys',
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'states:SendTaskSuccess *',
      ],
    ],
  ])('%s may do this and no more', (id, own) => {
    const short = grantsOf(id).map((grant) =>
      grant
        .replace(/^(s3:\w+Object) .*\/(\w+)\/\*$/, '$1 $2')
        .replace(/^(s3:ListBucket|secretsmanager:\w+|events:PutEvents) .*$/, '$1'),
    );
    expect(short).toEqual([...COMMON, 'events:PutEvents', ...own].toSorted());
  });

  it('sign with the secret of approvals', () => {
    const [secret] = grantsOf('RegisterModel').filter((grant) => grant.includes('GetSecretValue'));
    expect(secret).toContain('ApprovalSigning');
  });
});

describe('the workflow', () => {
  it('invokes these functions alone', () => {
    const invoked = grantsOf('Retrain').filter((grant) => grant.startsWith('lambda:'));
    expect(invoked.map((grant) => grant.replace(/^.*Retraining(\w+)Function,Arn$/, '$1'))).toEqual([
      ...['PrepareTraining', 'RegisterModel', 'TrainModel'],
    ]);
  });

  it('has alarms if the stage wants all of them', () => {
    const alarms = (template: Template) => Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms(prod)).toEqual([]);
    const full = alarms(templateOf({ ...selectStage('prod'), alarms: 'full' }));
    expect(full.filter((id) => /RetrainingTraining(Failed|TimedOut)/.test(id))).toHaveLength(2);
    expect(full).toHaveLength(5);
  });
});

describe('the bucket', () => {
  it('keeps models and keys, and expires snapshots', () => {
    prod.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ Id: 'snapshots', Prefix: 'snapshots/', ExpirationInDays: 400 }),
          Match.objectLike({ Id: 'models', ExpirationInDays: Match.absent() }),
        ]),
      },
    });
  });
});
