import * as z from 'zod';

/** One request of a function, as `local/emulator/record_calls.py` writes it. */
const RecordedCall = z.strictObject({
  functionName: z.string(),
  /** Of the signature: `dynamodb`, `s3`, … */
  service: z.string(),
  /** `DynamoDB_20120810.GetItem`; empty for services with paths instead of targets. */
  target: z.string(),
  method: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.string()),
  /** Fields of the body that name resources. */
  input: z.unknown(),
  /** True if the request carries `If-Match`. */
  replaces: z.boolean(),
  status: z.number(),
});
export type RecordedCall = z.infer<typeof RecordedCall>;

/** A resource that CloudFormation created. */
const RecordedResource = z.strictObject({ physicalId: z.string(), logicalId: z.string() });

export const RECORDED_CALLS = '.local/e2e/recorded-calls.jsonl';
export const RECORDED_RESOURCES = '.local/e2e/recorded-resources.json';

export const readCalls = (lines: string): RecordedCall[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => RecordedCall.parse(JSON.parse(line)));

/** The last part of a name, an ARN or a URL. */
const nameIn = (physicalId: string): string => /[^/:]+$/.exec(physicalId)?.[0] ?? physicalId;

/** Finds the logical id of a resource by its name, its ARN or its URL. */
export const logicalIdsOf = (json: string): ((physicalId: string) => string) => {
  const resources = z.array(RecordedResource).parse(JSON.parse(json));
  const ids = new Map(resources.map(({ physicalId, logicalId }) => [nameIn(physicalId), logicalId]));
  return (physicalId) => {
    const id = ids.get(nameIn(physicalId));
    if (id === undefined) throw new TypeError(`a function called ${physicalId}, which no stack contains`);
    return id;
  };
};
