import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { awsAccess } from '../../../cli/commands/platform/aws-access.ts';
import { describeResults } from '../../../cli/commands/platform/doctor-text.ts';
import type { CheckResult } from '../../../core/platform/doctor/check.ts';
import { runCli } from './fake-terminal.ts';

const stacks = mockClient(CloudFormationClient);
const failure = (name: string, message: string) => Object.assign(new Error(message), { name });
const doctor = (...words: string[]) => runCli(['doctor', '--region', 'eu-west-1', ...words]);

beforeEach(() => stacks.reset());

describe('forestall doctor', () => {
  it('needs a stage', async () => {
    expect((await doctor()).code).toBe(2);
  });

  it('says so if the stage is not deployed in the account and region', async () => {
    stacks.on(DescribeStacksCommand).rejects(failure('ValidationError', 'Stack x does not exist'));
    const { code, err, out } = await doctor('--stage', 'prod');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/stage prod is not deployed in this account and region/);
  });

  it('says so once, not once per check, if AWS cannot be reached', async () => {
    stacks
      .on(DescribeStacksCommand)
      .rejects(failure('CredentialsProviderError', 'Could not load credentials'));
    const { code, err, out } = await doctor('--stage', 'prod');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'forestall: cannot reach AWS: Could not load credentials (AWS_PROFILE, AWS_REGION or --region choose account and region)\n',
    );
  });

  it('exits 3 if checks could not be made, and names the permission that each lacks', async () => {
    stacks.on(DescribeStacksCommand).rejects(failure('AccessDenied', 'no'));
    const { code, err, out } = await doctor('--stage', 'prod', '--json');
    expect(code).toBe(3);
    expect(err).toMatch(/stage prod: 0 things to do, \d+ checks could not be made/);
    const { stage, checks } = JSON.parse(out) as { stage: string; checks: CheckResult[] };
    expect(stage).toBe('prod');
    expect(checks.find(({ check }) => check === 'stacks')).toMatchObject({
      status: 'unknown',
      summary: 'could not be checked: needs permission cloudformation:DescribeStacks',
    });
  });
});

describe('the report', () => {
  it('shows under each check what to do, uncut', () => {
    const action = `aws events enable-rule --name ${'x'.repeat(100)}`;
    const finding = {
      subject: 'Rule',
      problem: 'the rule is disabled',
      action,
      runbook: 'docs/runbook.md#a',
    };
    const lines = describeResults(
      [
        { check: 'stacks', status: 'ok', summary: '4 stacks', findings: [] },
        { check: 'rules', status: 'action', summary: '3 of 4 enabled', findings: [finding] },
      ],
      { colour: false },
    );
    expect(lines).toEqual([
      'ok       stacks  4 stacks',
      'to do    rules   3 of 4 enabled',
      '         Rule: the rule is disabled',
      `           -> ${action} (docs/runbook.md#a)`,
    ]);
  });
});

describe('access to AWS', () => {
  const root = mkdtempSync(join(tmpdir(), 'forestall-access-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is that of the AWS CLI for stages in an account', () => {
    expect(awsAccess({ stage: 'prod' }, { AWS_ENDPOINT_URL: 'http://x' })).toEqual({});
    expect(awsAccess({ stage: 'dev', region: 'eu-west-1' }, {})).toEqual({ region: 'eu-west-1' });
  });

  it('is the emulator for stage local, never an account', () => {
    expect(() => awsAccess({ stage: 'local' }, {}, root)).toThrow('run `npm start` first');
    mkdirSync(join(root, '.local'));
    const connection = { url: 'http://127.0.0.1:4567/_aws/execute-api/abc', apiKey: 'k' };
    writeFileSync(join(root, '.local', 'connection.json'), JSON.stringify(connection));
    const local = awsAccess({ stage: 'local', region: 'eu-west-1' }, { AWS_PROFILE: 'prod' }, root);
    expect(local).toEqual({
      endpoint: 'http://127.0.0.1:4567',
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const given = awsAccess({ stage: 'local' }, { AWS_ENDPOINT_URL: 'http://localhost:1' }, root);
    expect(given.endpoint).toBe('http://localhost:1');
  });
});
