import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Emulator, startEmulator } from '../../local/emulator/emulator.ts';
import { ensureEmulator } from '../../local/emulator/virtual-environment.ts';
import { archiveOf } from './emulator/function-archive.ts';

/** Behaviour of the emulator that the product relies on, to check a new version before it is pinned. */

const projectRoot = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'forestall-fidelity-'));
const ROLE = 'arn:aws:iam::000000000000:role/any';

const CODE = `
class NotYetError extends Error { name = 'NotYetError'; }
let calls = 0;
export const handler = async (event) => {
  calls += 1;
  if (event.untilCall > calls) throw new NotYetError('call ' + calls);
  if (event.error) { const error = new Error('asked to'); error.name = event.error; throw error; }
  if (event.rawPath) return { body: event.body, encoded: event.isBase64Encoded };
  return { calls, pid: process.pid, ...event };
};`;

let emulator: Emulator;
let lambda: LambdaClient;
let states: SFNClient;
let functionArn: string;

beforeAll(async () => {
  const { python } = await ensureEmulator(projectRoot);
  emulator = await startEmulator({ projectRoot, python, folder });
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_REGION = '' } = emulator.environment;
  const client = {
    endpoint: emulator.endpoint,
    region: AWS_REGION,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  };
  lambda = new LambdaClient(client);
  states = new SFNClient(client);
  functionArn = await createFunction('probe');
  return async () => {
    lambda.destroy();
    states.destroy();
    await emulator.stop();
    rmSync(folder, { recursive: true, force: true });
  };
});

const createFunction = async (name: string): Promise<string> => {
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: ROLE,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile: archiveOf('index.mjs', CODE) },
    }),
  );
  return FunctionArn ?? '';
};

const invoke = async (payload: object, FunctionName = 'probe') => {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) }),
  );
  return { error: FunctionError, body: JSON.parse(Buffer.from(Payload ?? []).toString()) };
};

let machines = 0;
const run = async (definition: object, input: object = {}) => {
  machines += 1;
  const { stateMachineArn } = await states.send(
    new CreateStateMachineCommand({
      name: `machine-${machines}`,
      roleArn: ROLE,
      definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
    }),
  );
  const started = await states.send(
    new StartExecutionCommand({ stateMachineArn, name: `run-${machines}`, input: JSON.stringify(input) }),
  );
  for (;;) {
    const found = await states.send(new DescribeExecutionCommand({ executionArn: started.executionArn }));
    if (found.status !== 'RUNNING') {
      return { status: found.status, error: found.error, output: JSON.parse(found.output ?? 'null') };
    }
    await sleep(25);
  }
};

const call = (payload: unknown, rest: object = { End: true }) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: functionArn, Payload: payload },
  ...rest,
});

describe('functions', () => {
  it('fail with the name of their error, message and trace', async () => {
    const { error, body } = await invoke({ error: 'InvalidInputError' });
    expect(error).toBe('Unhandled');
    expect(body).toMatchObject({ errorType: 'InvalidInputError', errorMessage: 'asked to' });
    expect(body.trace[0]).toMatch(/asked to/);
  });

  it('keep their process, and with it their caches, after a failure', async () => {
    const before = await invoke({});
    await invoke({ error: 'ConflictError' });
    const after = await invoke({});
    expect(after.body.pid).toBe(before.body.pid);
    expect(after.body.calls).toBe(before.body.calls + 2);
  });
});

describe('the HTTP API', () => {
  const Created = z.object({ apiId: z.string().default(''), integrationId: z.string().default('') });
  const authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0';
  const request = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json', authorization };
    const response = await fetch(`${emulator.endpoint}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers,
    });
    return Created.parse(await response.json());
  };

  it('passes on a compressed body byte for byte, regardless of its content type', async () => {
    const { apiId } = await request('/v2/apis', { name: 'probe', protocolType: 'HTTP' });
    const { integrationId } = await request(`/v2/apis/${apiId}/integrations`, {
      integrationType: 'AWS_PROXY',
      integrationUri: functionArn,
      payloadFormatVersion: '2.0',
    });
    await request(`/v2/apis/${apiId}/routes`, {
      routeKey: 'POST /x',
      target: `integrations/${integrationId}`,
    });
    await request(`/v2/apis/${apiId}/stages`, { stageName: '$default', autoDeploy: true });
    const sent = gzipSync('{"a":1}');
    const answer = await fetch(`http://127.0.0.1:${emulator.port}/_aws/execute-api/${apiId}/x`, {
      method: 'POST',
      body: sent,
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    // A result without a status code becomes the body of the response as JSON.
    expect(await answer.json()).toEqual({ body: sent.toString('base64'), encoded: true });
  });
});

describe('state machines in JSONata', () => {
  it('map over items with a selector, keep order, and assign totals', async () => {
    const work = call('{% $states.input %}', { Output: '{% $states.result.Payload.item * 2 %}', End: true });
    const { output } = await run(
      {
        StartAt: 'Each',
        States: {
          Each: {
            Type: 'Map',
            Items: '{% $states.input.items %}',
            MaxConcurrency: 2,
            ItemSelector: {
              item: '{% $states.context.Map.Item.Value %}',
              run: '{% $states.context.Execution.Name %}',
            },
            ItemProcessor: { StartAt: 'Work', States: { Work: work } },
            Assign: { total: '{% $sum($states.result) %}' },
            Next: 'Enough?',
          },
          'Enough?': {
            Type: 'Choice',
            Choices: [{ Condition: '{% $total > 10 %}', Next: 'Yes' }],
            Default: 'No',
          },
          Yes: { Type: 'Pass', Output: { total: '{% $total %}', doubled: '{% $states.input %}' }, End: true },
          No: { Type: 'Fail', Error: 'TooLittle' },
        },
      },
      { items: [1, 2, 3] },
    );
    expect(output).toEqual({ total: 12, doubled: [2, 4, 6] });
  });

  it('retry by the name of an error until it succeeds', async () => {
    const retried = await createFunction('retried');
    const Retry = [{ ErrorEquals: ['NotYetError'], IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 1 }];
    const state = call({ untilCall: 3 }, { Retry, Output: '{% $states.result.Payload.calls %}', End: true });
    const { output } = await run({
      StartAt: 'Try',
      States: { Try: { ...state, Arguments: { ...state.Arguments, FunctionName: retried } } },
    });
    expect(output).toBe(3);
  });

  it('catch by the name of an error and keep its cause', async () => {
    const Catch = [
      {
        ErrorEquals: ['InvalidInputError'],
        Assign: { cause: '{% $parse($states.errorOutput.Cause).errorMessage %}' },
        Output: { caught: '{% $states.errorOutput.Error %}', before: '{% $states.input %}' },
        Next: 'Report',
      },
    ];
    const Report = { Type: 'Pass', Output: '{% $merge([$states.input, {"cause": $cause}]) %}', End: true };
    const { output } = await run(
      {
        StartAt: 'Work',
        States: { Work: call({ error: 'InvalidInputError' }, { Catch, End: true }), Report },
      },
      { id: 7 },
    );
    expect(output).toEqual({ caught: 'InvalidInputError', before: { id: 7 }, cause: 'asked to' });
  });

  /** Waits for an answer that nobody gives. */
  const asking = (payload: object) => ({
    StartAt: 'Ask',
    States: {
      Ask: {
        ...call({ ...payload, token: '{% $states.context.Task.Token %}' }, { Next: 'Asked' }),
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        TimeoutSeconds: '{% $states.input.seconds %}',
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Output: { error: '{% $states.errorOutput.Error %}' },
            Next: 'Asked',
          },
        ],
      },
      Asked: { Type: 'Succeed' },
    },
  });

  it('wait for an answer as long as an expression says', async () => {
    const { output } = await run(asking({}), { seconds: 1 });
    expect(output).toEqual({ error: 'States.Timeout' });
  });

  it('fail at once if the function that asks fails', async () => {
    const { output } = await run(asking({ error: 'ConflictError' }), { seconds: 3600 });
    expect(output).toEqual({ error: 'ConflictError' });
  });

  it('fail on an expression without a value, as on AWS', async () => {
    const { status, error } = await run({
      StartAt: 'Ask',
      States: { Ask: { Type: 'Pass', Output: '{% $states.input.absent %}', End: true } },
    });
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});
