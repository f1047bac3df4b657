/** The trace that the running work belongs to. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunningTrace, TraceScope } from '../../core/shared/running-trace.ts';

const running = new AsyncLocalStorage<RunningTrace>();

/** Undefined if tracing is off. */
export const runningTrace = (): RunningTrace | undefined => running.getStore();

export const traceScope: TraceScope = {
  running: runningTrace,
  run: (trace, work) => running.run(trace, work),
};

/** True for the header of a trace that X-Ray records. */
export const isRecorded = (header: string | undefined): header is string =>
  header !== undefined && /(?:^|;)Sampled=1(?:;|$)/.test(header);
