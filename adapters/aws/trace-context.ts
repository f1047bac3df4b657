/** The trace that the running work belongs to. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface RunningTrace {
  /** Value of `X-Amzn-Trace-Id` for what the work sends: the trace, the segment that sends, and whether it is recorded. */
  readonly header: string;
  /** Ids of the traces that caused the work, the one of the header first. */
  readonly ids: readonly string[];
  /** Adds names and values by which the traces can be found. */
  readonly annotate: (ids: Readonly<Record<string, string>>) => void;
}

const running = new AsyncLocalStorage<RunningTrace>();

/** Undefined if tracing is off. */
export const runningTrace = (): RunningTrace | undefined => running.getStore();

export const runInTrace = <T>(trace: RunningTrace, work: () => T): T => running.run(trace, work);

/** True for the header of a trace that X-Ray records. */
export const isRecorded = (header: string | undefined): header is string =>
  header !== undefined && /(?:^|;)Sampled=1(?:;|$)/.test(header);
