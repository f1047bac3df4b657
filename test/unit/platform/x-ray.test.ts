import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** The daemon of X-Ray: what functions send to it, line by line. */
const socket = createSocket('udp4');
const received: Record<string, unknown>[] = [];
socket.on('message', (message) => received.push(JSON.parse(message.toString('utf8').split('\n')[1] ?? '{}')));

const ROOT = '1-67891233-abcdef012345678912345678';
const OTHER = '1-67891233-000000000000000000000001';
const FUNCTION = '53995c3f42cd8ad8';
const SENDER = '1111111111111111';

const context = { awsRequestId: 'r', functionName: 'f', getRemainingTimeInMillis: () => 1000 } as Context;
const secret = 'what a tenant sent';

beforeAll(async () => {
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', `127.0.0.1:${socket.address().port}`);
  vi.stubEnv('AWS_EXECUTION_ENV', 'AWS_Lambda_nodejs24.x');
  vi.stubEnv('LAMBDA_TASK_ROOT', '/var/task');
  vi.stubEnv('_HANDLER', 'index.handler');
  vi.stubEnv('_X_AMZN_TRACE_ID', `Root=${ROOT};Parent=${FUNCTION};Sampled=1`);
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'store-metrics');
  vi.stubEnv('TRACING', 'x-ray');
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.resetModules();
});

afterAll(() => {
  socket.close();
  vi.unstubAllEnvs();
});

/** `observe` as a container with these variables loads it. */
const load = async () => {
  const { observe, telemetry } = await import('../../../functions/runtime/observe.ts');
  const { traced, annotateTrace } = await import('../../../functions/runtime/tracing/trace.ts');
  return { observe, telemetry, traced, annotateTrace };
};

const segment = (name: string) => vi.waitUntil(() => received.find((each) => each.name === name), 5_000);

describe('a traced function', () => {
  it('records its invocation and a segment in the trace of each message, without data', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = vi.spyOn(console, 'info').mockImplementation((line) => void lines.push(JSON.parse(line)));
    const { observe, telemetry, traced, annotateTrace } = await load();
    const handler = observe(async () => {
      annotateTrace({ tenant: 'acme' });
      telemetry.info('outside', {});
      const origins = [`Root=${OTHER};Parent=${SENDER};Sampled=1`];
      await traced({ origins, ids: { incident: 'i-1' } }, async () => telemetry.info('inside', {}));
      return secret;
    });
    await handler({}, context, { signal: new AbortController().signal });
    log.mockRestore();
    const own = await segment('## index.handler');
    expect(own).toMatchObject({ trace_id: ROOT, parent_id: FUNCTION, type: 'subsegment' });
    expect(own).toMatchObject({ annotations: { tenant: 'acme', Service: 'store-metrics' } });
    const continued = await segment('store-metrics');
    expect(continued).toMatchObject({ trace_id: OTHER, parent_id: SENDER, annotations: { incident: 'i-1' } });
    expect(JSON.stringify(received)).not.toContain(secret);
    const ids = lines.map(({ message, xray_trace_id }) => [message, xray_trace_id]);
    expect(ids).toEqual([
      ['outside', ROOT],
      ['inside', OTHER],
    ]);
  });

  it('marks a failure, without its text', async () => {
    received.length = 0;
    const { observe, traced } = await load();
    const handler = observe(async () => {
      const origins = [`Root=${OTHER};Parent=${SENDER};Sampled=1`];
      await traced({ origins, ids: {} }, async () => {
        throw new Error(secret);
      });
    });
    await expect(handler({}, context, { signal: new AbortController().signal })).rejects.toThrow(secret);
    expect(await segment('store-metrics')).toMatchObject({ fault: true });
    expect(await segment('## index.handler')).toMatchObject({ error: true });
    expect(JSON.stringify(received)).not.toContain(secret);
  });

  it('records nothing in a trace that is not recorded', async () => {
    received.length = 0;
    vi.stubEnv('_X_AMZN_TRACE_ID', `Root=${ROOT};Parent=${FUNCTION};Sampled=0`);
    const { observe, traced } = await load();
    const handler = observe(async () => {
      await traced({ origins: [`Root=${OTHER};Parent=${SENDER};Sampled=0`], ids: {} }, async () => {});
    });
    await handler({}, context, { signal: new AbortController().signal });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(received).toEqual([]);
  });
});
