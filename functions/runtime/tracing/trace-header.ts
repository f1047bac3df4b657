/** The value of `X-Amzn-Trace-Id`, as AWS passes it from service to service. */
export interface TraceHeader {
  /** The trace: its start in hexadecimal seconds and a random number. */
  readonly root: string;
  /** The segment that caused the work. */
  readonly parent: string | undefined;
  readonly isRecorded: boolean;
}

const ROOT = /^1-[\da-f]{8}-[\da-f]{24}$/;
const PARENT = /^[\da-f]{16}$/;

/** Undefined for text that names no trace: senders write the header of a request. */
export const readTraceHeader = (text: string | undefined): TraceHeader | undefined => {
  const fields = new Map(
    (text ?? '').split(';').map((field) => {
      const [name = '', value = ''] = field.trim().split('=');
      return [name, value] as const;
    }),
  );
  const root = fields.get('Root') ?? '';
  const parent = fields.get('Parent') ?? '';
  if (!ROOT.test(root)) return undefined;
  return {
    ...{ root, isRecorded: fields.get('Sampled') === '1' },
    parent: PARENT.test(parent) ? parent : undefined,
  };
};

export const writeTraceHeader = ({ root, parent, isRecorded }: TraceHeader): string =>
  [
    `Root=${root}`,
    ...(parent === undefined ? [] : [`Parent=${parent}`]),
    `Sampled=${isRecorded ? 1 : 0}`,
  ].join(';');
