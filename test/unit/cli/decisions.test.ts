import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3AnchorStore } from '../../../adapters/remediation/anchor-store.ts';
import { s3DecisionInputs } from '../../../adapters/remediation/decision-inputs.ts';
import { dynamoDecisionStore } from '../../../adapters/remediation/decision-store.ts';
import { dynamoRemediationStore } from '../../../adapters/remediation/remediation-store.ts';
import { type Decision, EMPTY_CHAIN, type NewDecision } from '../../../core/remediation/decision.ts';
import { HealingInputs, judgeHealing } from '../../../core/remediation/healing/judge-healing.ts';
import { jsonHash } from '../../../core/shared/canonical-json.ts';
import { memoryDynamo } from '../../fakes/dynamodb/memory-dynamo.ts';
import { memoryBucket } from '../../fakes/s3/memory-bucket.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { decision, NOW } from '../remediation/audit/decision-samples.ts';
import { decided, diagnosedChoice } from '../remediation/audit/diagnosed-choice.ts';
import { sampleLedger, sampleSwitch } from '../remediation/stored-samples.ts';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const dynamo = memoryDynamo(DynamoDBDocumentClient);
const { objects } = memoryBucket(S3Client);
const stacks = mockClient(CloudFormationClient);
const outputs = { RemediationsTableName: 'remediations', DecisionBucketName: 'decisions' };
const folder = mkdtempSync(join(tmpdir(), 'forestall-audit-'));
const exported = join(folder, 'acme.jsonl');

const inputs = HealingInputs.parse({
  ...{ healingId: 'healing-1', now: NOW, ledger: sampleLedger, killSwitch: sampleSwitch },
  plan: { alarm: 'DeadLetters', action: 'redrive-dead-letters', resource: 'sqs-queue:dead' },
});
const outcome = { plan: inputs.plan, refusals: [...judgeHealing(inputs)] };

const table = {
  ...{ client: DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' })), tableName: 't' },
  ...{ now: () => NOW * 1000, telemetry: recordedTelemetry().telemetry },
};
const bucket = { client: new S3Client({ region: 'us-east-1' }), bucketName: 'decisions' };
const audit = (...words: string[]) => runCli(['audit', ...words, '--region', 'eu-west-1']);
const fromFile = (...words: string[]) => runCli(['decisions', ...words, '--file', exported]);

/** Four decisions of acme, of which two are anchored, and one of globex. */
const fill = async () => {
  const store = dynamoRemediationStore(table);
  const inputsHash = await s3DecisionInputs(bucket).put('acme', inputs);
  const healing = { kind: 'healing-refused', inputsHash, outcome } satisfies Partial<NewDecision>;
  const first = [decision({ inputsHash: null, kind: 'approved', by: { kind: 'person', name: 'ada' } })];
  const decisions = [...first, decision(healing)];
  await store.commit({ tenantId: 'acme', head: EMPTY_CHAIN, decisions });
  await s3AnchorStore(bucket).put('acme', { ...(await dynamoDecisionStore(table).head('acme')), at: NOW });
  const { head } = await store.state('acme');
  const forged = { ...healing, outcome: { ...outcome, refusals: [] } };
  const later = [decision(forged), decision({ kind: 'closed', remediationId: 'r-2', inputsHash: null })];
  await store.commit({ tenantId: 'acme', head, decisions: later });
  await store.commit({ tenantId: 'globex', head: EMPTY_CHAIN, decisions: [decision()] });
};

const deployed = () => {
  const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
  const stack = {
    StackName: 'x',
    StackStatus: 'CREATE_COMPLETE' as const,
    CreationTime: new Date(),
    Outputs,
  };
  stacks.on(DescribeStacksCommand).resolves({ Stacks: [stack] });
};

beforeAll(async () => {
  deployed();
  await fill();
  writeFileSync(exported, (await audit('export', '--stage', 'prod', '--tenant', 'acme')).out);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('forestall audit verify', () => {
  it('finds the chains of a stage intact', async () => {
    expect(await audit('verify', '--stage', 'prod')).toEqual({
      code: 0,
      out: 'acme: 4 decisions, anchored up to 2: the chain is intact\nglobex: 1 decision, none anchored yet: the chain is intact\n',
      err: '',
    });
    const { out } = await audit('verify', '--stage', 'prod', '--tenant', 'acme', '--json');
    expect(JSON.parse(out)).toEqual({ tenant: 'acme', decisions: 4, anchoredUntil: 2, faults: [] });
  });

  it('finds an export intact, offline', async () => {
    const { code, out } = await runCli(['audit', 'verify', '--file', exported]);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'acme: 4 decisions, anchored up to 2: the chain is intact\n',
    });
  });

  it('names what was changed in an export, and exits 3', async () => {
    const changed = join(folder, 'changed.jsonl');
    const lines = readFileSync(exported, 'utf8').split('\n');
    const kept = lines.filter((line) => !line.includes('"sequence":3,'));
    writeFileSync(changed, kept.join('\n').replace('"name":"ada"', '"name":"eve"'));
    const { code, out, err } = await runCli(['audit', 'verify', '--file', changed]);
    expect(code).toBe(3);
    expect(out.split('\n')).toEqual([
      'acme: 3 decisions, anchored up to 2: 2 faults',
      '  decision 1 does not have the hash of its content',
      '  decision 3 is missing',
      '',
    ]);
    expect(err).toContain('the decisions of acme were changed');
  });

  it('needs a stage or a file, which must be an export', async () => {
    expect((await runCli(['audit', 'verify'])).err).toContain('expected either --stage or --file');
    const other = join(folder, 'other.jsonl');
    const errorOf = async (text: string) => {
      writeFileSync(other, text);
      return (await runCli(['audit', 'verify', '--file', other])).err;
    };
    expect(await errorOf('{"decision":1}')).toContain('other.jsonl:1: ');
    expect(await errorOf('\nnonsense')).toContain('other.jsonl:2: found invalid JSON');
    expect(await errorOf('')).toContain('found not exactly one line with a tenant');
  });

  it('says so if the tenant has no decisions, the stage is not deployed, or AWS cannot be reached', async () => {
    const none = await audit('export', '--stage', 'prod', '--tenant', 'nobody');
    expect(none).toMatchObject({ code: 2, err: 'forestall: tenant nobody has no decisions\n' });
    stacks
      .on(DescribeStacksCommand)
      .rejects(Object.assign(new Error('Stack x does not exist'), { name: 'ValidationError' }));
    expect((await audit('verify', '--stage', 'dev')).err).toContain(
      'stage dev is not deployed in this account',
    );
    stacks.on(DescribeStacksCommand).rejects(Object.assign(new Error('no credentials'), { name: 'Lost' }));
    expect((await audit('verify', '--stage', 'dev')).err).toContain('cannot reach AWS: no credentials');
    deployed();
  });
});

describe('forestall decisions, of an export,', () => {
  it('lists the last ones', async () => {
    const { out, code } = await fromFile('list', '--limit', '2');
    expect(code).toBe(0);
    const rows = out.trim().split('\n').slice(-2);
    expect(rows.map((row) => row.trim().split(/ {2,}/).slice(0, 3))).toEqual([
      ['3', '2026-11-21 10:05:00', 'healing-refused'],
      ['4', '2026-11-21 10:05:00', 'closed'],
    ]);
    const about = await fromFile('list', '--remediation', 'r-2', '--json');
    expect(JSON.parse(about.out)).toMatchObject({ sequence: 4, remediationId: 'r-2' });
    const after = await fromFile('list', '--after', '1', '--limit', '1', '--json');
    expect(JSON.parse(after.out)).toMatchObject({ sequence: 2 });
  });

  it('shows one with its outcome, and with its inputs as JSON', async () => {
    expect((await fromFile('show', '2')).out).toContain('"rule": "kill-switch"');
    expect(JSON.parse((await fromFile('show', '2', '--json')).out)).toMatchObject({
      inputs,
      decision: { outcome },
    });
    expect(await fromFile('show', '9')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no decision 9'),
    });
    expect((await fromFile('show', 'nine')).code).toBe(2);
  });

  it('replays a choice with the diagnosis that it rests on', async () => {
    const { decision: chosen, inputs: ofChoice, ofDiagnosis } = await diagnosedChoice();
    const path = join(folder, 'diagnosed.jsonl');
    const lines = [
      { tenantId: 'acme', head: { sequence: 1, hash: chosen.hash }, exportedAt: '2026-11-21T10:05:00Z' },
      { decision: chosen },
      { inputsHash: chosen.inputsHash, inputs: ofChoice },
      { inputsHash: jsonHash(ofDiagnosis), inputs: ofDiagnosis },
    ];
    writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
    const whole = await runCli(['decisions', 'replay', '1', '--file', path]);
    expect(whole.code).toBe(0);
    expect(whole.out).toContain('its diagnosis give the causes that it used, byte for byte');
    const damaged = readFileSync(path, 'utf8').replace('"farther":0', '"farther":1');
    writeFileSync(path, damaged);
    const found = await runCli(['decisions', 'replay', '1', '--file', path]);
    expect([found.code, found.out]).toEqual([
      3,
      expect.stringContaining('its diagnosis do not have the hash'),
    ]);
  });

  it('replays one: the same outcome, another one, or none to compute', async () => {
    expect(await fromFile('replay', '2')).toEqual({
      code: 0,
      out: 'decision 2 (healing-refused): the recorded inputs give the recorded outcome, byte for byte\n',
      err: '',
    });
    const forged = await fromFile('replay', '3');
    expect(forged.code).toBe(3);
    expect(forged.out).toMatch(/give another outcome.*\n {2}\$\.refusals\[0\]: recorded absent, computed \{/);
    expect((await fromFile('replay', '1')).out).toContain('nothing to compute');
    expect(JSON.parse((await fromFile('replay', '3', '--json')).out)).toMatchObject({ result: 'different' });
  });
});

describe('forestall decisions, of a deployment,', () => {
  let api: FakeApi;
  let url = '';
  beforeAll(async () => {
    const { items } = await dynamoDecisionStore(table).list('acme', { limit: 9 });
    const diagnosed = await diagnosedChoice();
    const { diagnosis: _, ...before } = diagnosed.choice;
    const older = decided(before);
    const head = { sequence: 4, hash: items.at(-1)?.hash };
    api = new FakeApi({
      'GET /v1/decisions': ({ query }) => ({ body: { items: within(items, query), head } }),
      'GET /v1/decisions/2': () => ({ body: { decision: items[1], inputs } }),
      'GET /v1/decisions/4': () => ({ body: { decision: items[3] } }),
      'GET /v1/decisions/5': () => ({
        body: {
          decision: diagnosed.decision,
          inputs: diagnosed.inputs,
          diagnosisInputs: diagnosed.ofDiagnosis,
        },
      }),
      'GET /v1/decisions/6': () => ({ body: older }),
    });
    url = await api.start();
  });
  afterAll(() => api.stop());
  const within = (items: readonly Decision[], query: URLSearchParams) =>
    items
      .filter(({ sequence }) => sequence > Number(query.get('after') ?? 0))
      .slice(0, Number(query.get('limit')));
  const fromApi = (...words: string[]) => runCli(['decisions', ...words, '--url', url, '--key', 'k']);

  it('lists the last ones', async () => {
    const { out } = await fromApi('list', '--limit', '3', '--json');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).sequence),
    ).toEqual([2, 3, 4]);
    await fromApi('list', '--remediation', 'r-1');
    expect(api.seen.at(-1)?.query.get('remediation')).toBe('r-1');
    expect(api.seen.at(-1)?.query.has('after')).toBe(false);
  });

  it('replays a choice with the diagnosis that it rests on, or says that this was not recorded', async () => {
    expect((await fromApi('replay', '5')).code).toBe(0);
    expect((await fromApi('replay', '5')).out).toContain('give the causes that it used, byte for byte');
    expect(api.seen.at(-1)?.query.get('diagnosis')).toBe('true');
    expect((await fromApi('replay', '6')).out).toContain('its diagnosis were not recorded');
    // An older deployment refuses parameters that it does not know.
    expect(api.seen.at(-1)?.query.has('diagnosis')).toBe(false);
    const shown = JSON.parse((await fromApi('show', '5', '--json')).out);
    expect(Object.keys(shown)).toEqual(['decision', 'inputs']);
    expect(api.seen.at(-1)?.query.has('diagnosis')).toBe(false);
  });

  it('shows and replays one', async () => {
    expect((await fromApi('show', '4')).out).toContain('closed');
    expect((await fromApi('replay', '2')).out).toContain('byte for byte');
    expect((await fromApi('replay', '4')).out).toContain('nothing to compute');
  });
});

it('an attack on the table shows in the verification of the stage', async () => {
  const stored = dynamo.table.items.find(({ pk, sk }) => pk === 'T#acme' && sk === 'DECISION#000000000002');
  const other = dynamo.table.items.find(({ pk, sk }) => pk === 'T#acme' && sk === 'DECISION#000000000001');
  dynamo.table.put({ ...stored, data: other?.data }, {});
  const { code, out } = await audit('verify', '--stage', 'prod', '--tenant', 'acme');
  expect(code).toBe(3);
  expect(out).toContain('decision 1 comes after decision 1');
  objects.set('anchors/acme/2026-11-21T10:05:00Z.json', Buffer.from('{"schemaVersion":2}'));
  expect(await audit('verify', '--stage', 'prod')).toMatchObject({ code: 1, out: '' });
});
