/** The trace that the running work belongs to. */
export interface RunningTrace {
  /** Value of `X-Amzn-Trace-Id` for what the work sends: the trace, the segment that sends, and whether it is recorded. */
  readonly header: string;
  /** Ids of the traces that caused the work, the one of the header first. */
  readonly ids: readonly string[];
  /** Adds names and values by which the traces can be found. */
  readonly annotate: (ids: Readonly<Record<string, string>>) => void;
}

/** Keeps the trace of work while it runs. */
export interface TraceScope {
  readonly running: () => RunningTrace | undefined;
  run<T>(trace: RunningTrace, work: () => T): T;
}
