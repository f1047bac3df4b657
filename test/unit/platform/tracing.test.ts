import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runningTrace, traceScope } from '../../../adapters/aws/trace-context.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { readInTrace } from '../../../functions/runtime/read-in-trace.ts';
import {
  annotateTrace,
  inInvocation,
  inTraceOf,
  startTracing,
  type TraceRecorder,
  traced,
  withTraceId,
} from '../../../functions/runtime/tracing/trace.ts';
import { memoryDeadLetters, recordedTelemetry } from '../../fakes/shared.ts';

const rootOf = (digit: number): string => `1-67891233-${String(digit).repeat(24)}`;
const headerOf = (digit: number, sampled = 1): string =>
  `Root=${rootOf(digit)};Parent=${String(digit).repeat(16)};Sampled=${sampled}`;

interface Recorded {
  readonly root: string;
  readonly parent: string | undefined;
  readonly id: string;
  readonly ids: Record<string, string>;
  hasFailed?: boolean;
}

const memoryRecorder = (invocationRoot?: string) => {
  const segments: Recorded[] = [];
  const own: Record<string, string> = {};
  const recorder: TraceRecorder = {
    middleware: {},
    invocation: () =>
      invocationRoot === undefined
        ? undefined
        : {
            ...{ root: invocationRoot, parent: 'f'.repeat(16), isRecorded: true },
            annotate: (ids) => void Object.assign(own, ids),
          },
    open: (root, parent) => {
      const segment: Recorded = { root, parent, id: `${segments.length + 1}`.padStart(16, '0'), ids: {} };
      segments.push(segment);
      return {
        id: segment.id,
        annotate: (ids) => void Object.assign(segment.ids, ids),
        close: (hasFailed) => {
          segment.hasFailed = hasFailed;
        },
      };
    },
  };
  return { recorder, segments, own };
};

afterEach(() => startTracing(undefined));

describe('without tracing', () => {
  it('work runs as it is, and log lines name no trace', async () => {
    const caused = { origins: [headerOf(1)], ids: { tenant: 'acme' } };
    const seen = await traced(caused, async (passOn) => [runningTrace(), passOn(headerOf(1))]);
    expect(seen).toEqual([undefined, undefined]);
    expect(await inInvocation(async () => runningTrace())).toBeUndefined();
    expect(await inTraceOf(headerOf(1), async () => runningTrace())).toBeUndefined();
    expect(withTraceId({ tenantId: 'acme', trace: headerOf(1) })).toEqual({ tenantId: 'acme' });
  });
});

describe('with tracing', () => {
  let memory = memoryRecorder();
  const start = (invocationRoot?: string) => {
    memory = memoryRecorder(invocationRoot);
    startTracing({ recorder: memory.recorder, scope: traceScope });
  };
  beforeEach(() => start());

  it('an invocation passes on its own segment', async () => {
    start(rootOf(7));
    const header = await inInvocation(async () => {
      annotateTrace({ tenant: 'acme', operation: undefined });
      return runningTrace()?.header;
    });
    expect(header).toBe(`Root=${rootOf(7)};Parent=${'f'.repeat(16)};Sampled=1`);
    expect(memory.own).toEqual({ tenant: 'acme' });
  });

  it('work without a message keeps the trace of its invocation', async () => {
    start(rootOf(7));
    const ids = await inInvocation(() =>
      traced({ origins: [undefined], ids: { tenant: 'acme' } }, async () => runningTrace()?.ids),
    );
    expect(ids).toEqual([rootOf(7)]);
    expect(memory.own).toEqual({ tenant: 'acme' });
    expect(memory.segments).toEqual([]);
  });

  it('a batch gets one segment in each recorded trace of its messages', async () => {
    const origins = [headerOf(1), headerOf(2, 0), headerOf(3), headerOf(1), 'none', undefined];
    const result = await traced({ origins, ids: { tenant: 'acme' } }, async (passOn) => {
      annotateTrace({ incident: 'i-1' });
      return { header: runningTrace()?.header, own: origins.map(passOn), line: withTraceId({}) };
    });
    expect(memory.segments).toMatchObject([
      { root: rootOf(1), parent: '1'.repeat(16), hasFailed: false },
      { root: rootOf(3), parent: '3'.repeat(16), hasFailed: false },
    ]);
    for (const { ids } of memory.segments) expect(ids).toEqual({ tenant: 'acme', incident: 'i-1' });
    const [first, third] = memory.segments.map(({ root, id }) => `Root=${root};Parent=${id};Sampled=1`);
    expect(result.header).toBe(first);
    expect(result.own).toEqual([first, headerOf(2, 0), third, first, undefined, undefined]);
    expect(result.line).toEqual({
      xray_trace_id: rootOf(1),
      trace_ids: [rootOf(1), rootOf(3), rootOf(2)],
    });
  });

  it('passes on the recorded trace even if its first message came unrecorded', async () => {
    const origins = [headerOf(1, 0), headerOf(1, 1)];
    await traced({ origins, ids: {} }, async () => {
      expect(runningTrace()?.header).toContain('Sampled=1');
    });
    expect(memory.segments).toHaveLength(1);
  });

  it('a failure marks every segment and is thrown on', async () => {
    const failing = traced({ origins: [headerOf(1), headerOf(2)], ids: {} }, async () => {
      throw new Error('down');
    });
    await expect(failing).rejects.toThrow('down');
    expect(memory.segments.map(({ hasFailed }) => hasFailed)).toEqual([true, true]);
  });

  it('a log line about one message names its trace instead of that of the batch', async () => {
    const line = await traced({ origins: [headerOf(1), headerOf(2)], ids: {} }, async () =>
      withTraceId({ messageId: 'm-2', trace: headerOf(2) }),
    );
    expect(line).toEqual({ messageId: 'm-2', xray_trace_id: rootOf(2) });
  });

  it('an unreadable message is parked and logged in its own trace', async () => {
    const { telemetry } = recordedTelemetry();
    const { deadLetters, parked } = memoryDeadLetters();
    const traces: unknown[] = [];
    const deps = {
      telemetry: { ...telemetry, error: () => traces.push(withTraceId({}).xray_trace_id) },
      deadLetters: {
        park: async (message: string, reason: string) => {
          traces.push(runningTrace()?.header);
          await deadLetters.park(message, reason);
        },
      },
    };
    const messages = [1, 2].map((digit) => ({ id: `m-${digit}`, body: `${digit}`, trace: headerOf(digit) }));
    const read = await readInTrace(deps, messages, (body) => {
      if (body === '2') throw new InvalidInputError('poison');
      return body;
    });
    expect(read.readable).toMatchObject([{ id: 'm-1', trace: headerOf(1), content: '1' }]);
    expect(parked).toEqual([{ message: '2', reason: 'poison' }]);
    expect(traces).toEqual([headerOf(2), rootOf(2)]);
  });
});
