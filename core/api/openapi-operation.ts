/** One operation as the OpenAPI document describes it. */
import * as z from 'zod';
import { components } from '../platform/api/components.ts';
import { IdempotencyKey } from '../platform/api/idempotency-key.ts';
import { maxBodyBytesOf, type Operation } from '../platform/api/operation.ts';
import { PROBLEMS, Problem, type ProblemCode } from '../platform/api/problems.ts';
import { ScimError } from '../platform/api/scim-operations.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Drops what the schema library adds to a JSON schema. */
export const withoutIds = ({ $schema: _, $id: __, id: ___, ...schema }: Json): Json => schema;

const jsonSchema = (schema: z.ZodType): Json =>
  withoutIds(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json);

const schemaOf = (schema: z.ZodType): Json => {
  const name = components.get(schema)?.id;
  return name === undefined ? jsonSchema(schema) : { $ref: `#/components/schemas/${name}` };
};

const jsonContent = (schema: Json, { dialect }: Operation): Json => ({
  [dialect === 'scim' ? 'application/scim+json' : 'application/json']: { schema },
});

const parametersIn = (place: 'path' | 'query' | 'header', { shape }: z.ZodObject): Json[] =>
  Object.entries(shape).map(([name, field]) => {
    const { description, ...schema } = jsonSchema(field);
    return {
      name,
      in: place,
      required: !field.safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema,
    };
  });

const IDEMPOTENCY = {
  'stored-response':
    'Repeating a request with the same key within 24 hours executes it once and returns the first response; after an error it is executed again',
  'same-effect': 'Repeating a request with the same key has no second effect',
} as const;

const idempotencyHeader = (kind: keyof typeof IDEMPOTENCY) =>
  z.object({ 'Idempotency-Key': IdempotencyKey.optional().describe(IDEMPOTENCY[kind]) });

const parametersOf = ({ params, query, headers, idempotency }: Operation): Json[] => [
  ...parametersIn('path', params),
  ...parametersIn('query', query),
  ...(headers === undefined ? [] : parametersIn('header', headers)),
  ...(idempotency === undefined ? [] : parametersIn('header', idempotencyHeader(idempotency))),
];

const requestBodyOf = (operation: Operation): Json => {
  const { body, rawBody } = operation;
  const content =
    rawBody === undefined
      ? body && jsonContent(schemaOf(body), operation)
      : Object.fromEntries(
          Object.entries(rawBody).map(([type, schema]) => [type, { schema: schemaOf(schema) }]),
        );
  const description = `At most ${maxBodyBytesOf(operation)} bytes`;
  return content === undefined ? {} : { requestBody: { description, required: true, content } };
};

const successOf = (operation: Operation): Json => {
  const { responses, status } = operation;
  if (status === 204) return { description: 'Success' };
  const [only, ...more] = responses;
  const schema =
    only === undefined
      ? { type: 'object' }
      : more.length === 0
        ? schemaOf(only)
        : { oneOf: responses.map(schemaOf) };
  return { description: 'Success', content: jsonContent(schema, operation) };
};

const BODY_PROBLEMS = [
  'body-too-large',
  'unsupported-content-type',
  'unsupported-encoding',
  'invalid-content',
] as const;
const IDEMPOTENCY_PROBLEMS = ['request-in-progress', 'idempotency-key-reused'] as const;

/** Codes of all problems that an operation may answer with. */
export const problemsOf = ({
  needs,
  quota,
  params,
  body,
  idempotency,
  problems = [],
}: Operation): readonly ProblemCode[] => [
  'invalid-request',
  ...(needs === 'none' ? [] : (['unauthorized', 'forbidden'] as const)),
  ...(Object.keys(params.shape).length === 0 ? [] : (['not-found'] as const)),
  ...(body === undefined ? [] : BODY_PROBLEMS),
  ...(idempotency === 'stored-response' ? IDEMPOTENCY_PROBLEMS : []),
  ...problems,
  ...(quota === 'none' ? [] : (['quota-exceeded'] as const)),
  'internal-error',
  'temporarily-unavailable',
];

const problemResponses = (operation: Operation): Json => {
  const descriptions: Record<number, string> = {};
  for (const code of problemsOf(operation)) {
    const { status, title } = PROBLEMS[code];
    const before = descriptions[status];
    descriptions[status] = `${before === undefined ? '' : `${before}; `}${title} (\`${code}\`)`;
  }
  const content =
    operation.dialect === 'scim'
      ? jsonContent(schemaOf(ScimError), operation)
      : { 'application/problem+json': { schema: schemaOf(Problem) } };
  return Object.fromEntries(
    Object.entries(descriptions).map(([status, description]) => [status, { description, content }]),
  );
};

export const describeOperation = (id: string, operation: Operation): Json => ({
  operationId: id,
  tags: [operation.tag],
  summary: operation.summary,
  security: operation.needs === 'none' ? [] : [{ bearer: [operation.needs] }, { apiKey: [operation.needs] }],
  parameters: parametersOf(operation),
  ...requestBodyOf(operation),
  responses: { [operation.status]: successOf(operation), ...problemResponses(operation) },
});
