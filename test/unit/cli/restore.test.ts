import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  BatchWriteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { fileJournal } from '../../../cli/commands/platform/copy-journal.ts';
import { runCli } from './fake-terminal.ts';

const stacks = mockClient(CloudFormationClient);
const dynamo = mockClient(DynamoDBClient);
const folder = mkdtempSync(join(tmpdir(), 'forestall-restore-'));
const home = process.cwd();
const JOURNAL = 'restore-blocks-1-from-copy.json';

const template = {
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Metadata: { 'aws:cdk:path': 'Forestall-prod-Data/Blocks/Store/Table/Resource' },
    },
  },
};
const item = (index: number, more = {}) => ({ pk: { S: 'p' }, sk: { S: String(index) }, ...more });
const restore = (...words: string[]) =>
  runCli(['restore', 'Blocks', '--stage', 'prod', '--region', 'eu-west-1', '--from', ...words]);

beforeEach(() => {
  process.chdir(folder);
  rmSync(JOURNAL, { force: true });
  stacks.reset();
  dynamo.reset();
  stacks
    .on(DescribeStacksCommand)
    .rejects(Object.assign(new Error('does not exist'), { name: 'ValidationError' }));
  stacks.on(DescribeStacksCommand, { StackName: 'Forestall-prod-Data' }).resolves({
    Stacks: [{ StackName: 'Forestall-prod-Data', StackStatus: 'CREATE_COMPLETE', CreationTime: new Date() }],
  });
  stacks.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify(template) });
  stacks.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: [
      {
        LogicalResourceId: 'Table',
        PhysicalResourceId: 'blocks-1',
        ResourceType: '',
        LastUpdatedTimestamp: new Date(),
        ResourceStatus: 'CREATE_COMPLETE',
      },
    ],
  });
  const KeySchema = ['pk', 'sk'].map((AttributeName) => ({ AttributeName, KeyType: 'HASH' as const }));
  dynamo.on(DescribeTableCommand).resolves({ Table: { TableStatus: 'ACTIVE', ItemCount: 3, KeySchema } });
  dynamo.on(ScanCommand, { TableName: 'blocks-1' }).resolves({});
  dynamo.on(ScanCommand, { TableName: 'copy' }).resolves({});
  dynamo
    .on(ScanCommand, { TableName: 'copy', Segment: 0 })
    .resolves({ Items: [item(0), item(1, { expiresAt: { N: '1000' } })] });
  dynamo.on(BatchWriteItemCommand).resolves({});
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

describe('forestall restore', () => {
  it('says what to set if AWS cannot be reached', async () => {
    stacks.reset();
    stacks.on(DescribeStacksCommand).rejects(new Error('Region is missing'));
    const { code, out, err } = await restore('copy');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^forestall: cannot reach AWS: Region is missing \(.*AWS_REGION.*\)\n$/);
  });

  it('copies into the table of the stage, and says what it omitted', async () => {
    const { code, out, err } = await restore('copy');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe('Blocks (blocks-1): 1 item copied, 1 omitted because they expired\n');
    expect(dynamo.commandCalls(BatchWriteItemCommand)[0]?.args[0].input).toEqual({
      RequestItems: { 'blocks-1': [{ PutRequest: { Item: item(0) } }] },
    });
    expect(existsSync(JOURNAL)).toBe(false);
  });

  it('refuses a table with items unless asked', async () => {
    dynamo.on(ScanCommand, { TableName: 'blocks-1' }).resolves({ Items: [item(0)] });
    const refused = await restore('copy');
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain('--only-missing');
    expect((await restore('copy', '--force', '--json')).out).toBe(
      '{"table":"blocks-1","from":"copy","written":1,"kept":0,"expired":1}\n',
    );
    dynamo.on(PutItemCommand).resolves({});
    expect(JSON.parse((await restore('copy', '--only-missing', '--json')).out)).toMatchObject({ written: 1 });
    expect((await restore('copy', '--only-missing', '--force')).code).toBe(2);
  });

  it('keeps its progress if it fails, and says how to resume', async () => {
    const LastEvaluatedKey = { pk: { S: 'p' }, sk: { S: '0' } };
    const first = { TableName: 'copy', Segment: 0, ExclusiveStartKey: undefined };
    dynamo.on(ScanCommand, first).resolves({ Items: [item(0)], LastEvaluatedKey });
    dynamo
      .on(ScanCommand, { TableName: 'copy', ExclusiveStartKey: LastEvaluatedKey })
      .rejects(new Error('offline'));
    const { code, err } = await restore('copy');
    expect(code).toBe(1);
    expect(err).toContain('run the same command again in this folder to resume');
    dynamo.on(ScanCommand, { TableName: 'blocks-1' }).resolves({ Items: [item(0)] });
    dynamo
      .on(ScanCommand, { TableName: 'copy', ExclusiveStartKey: LastEvaluatedKey })
      .resolves({ Items: [item(5)] });
    const resumed = await restore('copy', '--json');
    expect(JSON.parse(resumed.out)).toMatchObject({ written: 2 });
    expect(dynamo.commandCalls(BatchWriteItemCommand)).toHaveLength(2);
  });

  it.each([
    ['ApiKeys', 'API keys that were revoked or replaced', 'attribute_not_exists(revokedAt)'],
    ['Settings', 'webhook secrets that tenants replaced', 'attribute_not_exists(generation)'],
  ])(
    'keeps what has ended in %s, and says what the copy makes valid again',
    async (name, said, condition) => {
      const text = JSON.stringify(template).replace('/Blocks/', `/${name}/`);
      stacks.on(GetTemplateCommand).resolves({ TemplateBody: text });
      dynamo.on(PutItemCommand).resolves({});
      const words = [
        'restore',
        name,
        '--stage',
        'prod',
        '--region',
        'eu-west-1',
        '--from',
        'copy',
        '--force',
      ];
      const { code, err } = await runCli(words);
      expect(code).toBe(0);
      expect(err).toContain(said);
      const [put] = dynamo.commandCalls(PutItemCommand);
      expect(put?.args[0].input.ConditionExpression).toContain(condition);
    },
  );

  it('refuses to copy a table onto itself', async () => {
    expect(await restore('blocks-1')).toMatchObject({ code: 2 });
  });

  it('reports a damaged journal', async () => {
    writeFileSync(join(folder, 'damaged.json'), '{"mode":');
    await expect(fileJournal(join(folder, 'damaged.json')).load()).rejects.toThrow(
      'delete it to copy from the beginning',
    );
  });
});
