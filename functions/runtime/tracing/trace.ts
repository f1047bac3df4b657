/**
 * Ties the work of a function to the traces that caused it: its log lines name the trace, what it sends carries the
 * trace, and X-Ray gets a segment for it. Does nothing unless `startTracing` was called.
 */
import type { MiddlewareObj } from '@middy/core';
import type { RunningTrace, TraceScope } from '../../../core/shared/running-trace.ts';
import { readTraceHeader, type TraceHeader, writeTraceHeader } from './trace-header.ts';

/** Identifiers by which a trace can be found: no secrets, and nothing about persons. */
export type TraceIds = Readonly<
  Partial<
    Record<'tenant' | 'operation' | 'target' | 'run' | 'incident' | 'change' | 'part', string | undefined>
  >
>;

export interface OpenSegment {
  readonly id: string;
  readonly annotate: RunningTrace['annotate'];
  readonly close: (hasFailed: boolean) => void;
}

export interface TraceRecorder {
  /** Records the invocation. */
  readonly middleware: MiddlewareObj<unknown, unknown>;
  /** The segment of the invocation; undefined if the invocation belongs to no trace. */
  readonly invocation: () => (TraceHeader & Pick<OpenSegment, 'annotate'>) | undefined;
  /** Opens a segment of this function in a trace that another service or function began. */
  readonly open: (root: string, parent: string | undefined) => OpenSegment;
}

interface Tracing {
  readonly recorder: TraceRecorder;
  readonly scope: TraceScope;
}

let tracing: Tracing | undefined;

/** Called once per container, before the first invocation; undefined ends tracing. */
export const startTracing = (started: Tracing | undefined): void => {
  tracing = started;
};

/** Runs a handler in the trace of its invocation. */
export const inInvocation = <T>(work: () => Promise<T>): Promise<T> => {
  const invocation = tracing?.recorder.invocation();
  if (tracing === undefined || invocation === undefined) return work();
  const { root, annotate } = invocation;
  return tracing.scope.run({ header: writeTraceHeader(invocation), ids: [root], annotate }, work);
};

const givenIn = (ids: TraceIds): Record<string, string> =>
  Object.fromEntries(
    Object.entries(ids).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/** Names what the running work is about. */
export const annotateTrace = (ids: TraceIds): void => tracing?.scope.running()?.annotate(givenIn(ids));

/** Runs the part of the work that belongs to one message, without a segment of its own. */
export const inTraceOf = <T>(origin: string | undefined, work: () => Promise<T>): Promise<T> => {
  const header = readTraceHeader(origin);
  if (tracing === undefined || header === undefined) return work();
  return tracing.scope.run(
    { header: writeTraceHeader(header), ids: [header.root], annotate: () => {} },
    work,
  );
};

interface Part {
  readonly root: string;
  /** What the work passes on: its own segment as the parent. */
  readonly header: string;
  readonly segment: OpenSegment | undefined;
}

/** Continues each distinct trace once; the recorded ones first. */
const continued = ({ open }: TraceRecorder, origins: readonly (string | undefined)[]): readonly Part[] => {
  const headers = new Map<string, TraceHeader>();
  for (const header of origins.map(readTraceHeader))
    if (header !== undefined && headers.get(header.root)?.isRecorded !== true)
      headers.set(header.root, header);
  return [...headers.values()]
    .toSorted((a, b) => Number(b.isRecorded) - Number(a.isRecorded))
    .map((header) => {
      const segment = header.isRecorded ? open(header.root, header.parent) : undefined;
      const own = segment === undefined ? header : { ...header, parent: segment.id };
      return { root: header.root, header: writeTraceHeader(own), segment };
    });
};

export interface CausedWork {
  /** Traces of the messages that caused it, as delivered. */
  readonly origins: readonly (string | undefined)[];
  readonly ids: TraceIds;
}

/** Header with which the work passes on the trace of one of its messages. */
export type PassOn = (origin: string | undefined) => string | undefined;

/**
 * Runs work that one or several messages caused, with a segment in each of their recorded traces. What it sends carries
 * the first recorded trace; its log lines list all.
 */
export const traced = async <T>(
  { origins, ids }: CausedWork,
  work: (passOn: PassOn) => Promise<T>,
): Promise<T> => {
  const parts = tracing === undefined ? [] : continued(tracing.recorder, origins);
  const [first] = parts;
  if (tracing === undefined || first === undefined) {
    annotateTrace(ids);
    return work(() => undefined);
  }
  const annotate: RunningTrace['annotate'] = (values) => {
    for (const { segment } of parts) segment?.annotate(values);
  };
  annotate(givenIn(ids));
  const headers = new Map(parts.map(({ root, header }) => [root, header]));
  const passOn: PassOn = (origin) => headers.get(readTraceHeader(origin)?.root ?? '');
  const running = { header: first.header, ids: parts.map(({ root }) => root), annotate };
  const { scope } = tracing;
  return closing(parts, () => scope.run(running, () => work(passOn)));
};

const closing = async <T>(parts: readonly Part[], work: () => Promise<T>): Promise<T> => {
  let hasFailed = true;
  try {
    const result = await work();
    hasFailed = false;
    return result;
  } finally {
    for (const { segment } of parts) segment?.close(hasFailed);
  }
};

/** Fields of a log line with the trace that it belongs to: that of its message, else that of the running work. */
export const withTraceId = ({
  trace,
  ...fields
}: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  if (tracing === undefined) return fields;
  const own = typeof trace === 'string' ? readTraceHeader(trace)?.root : undefined;
  const ids = own === undefined ? (tracing.scope.running()?.ids ?? []) : [own];
  if (ids.length === 0) return fields;
  return { ...fields, xray_trace_id: ids[0], ...(ids.length === 1 ? {} : { trace_ids: ids }) };
};
