import * as z from 'zod';
import type { Operation } from '../platform/api/operation.ts';
import { components, Problem } from './answers.ts';
import { ingestPaths } from './openapi-ingest.ts';
import { READ_OPERATIONS, WRITE_OPERATIONS } from './operations.ts';
import { IdempotencyKey } from './requests.ts';

type Json = Readonly<Record<string, unknown>>;

const withoutIds = ({ $schema: _, $id: __, id: ___, ...schema }: Json): Json => schema;

const refTo = (schema: z.ZodType): Json => ({
  $ref: `#/components/schemas/${components.get(schema)?.id ?? ''}`,
});

const jsonSchema = (schema: z.ZodType): Json => withoutIds(z.toJSONSchema(schema) as Json);

const componentSchemas = (): Json => {
  const { schemas } = z.toJSONSchema(components, { io: 'input', uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutIds(schema)]));
};

const parametersIn = (place: 'path' | 'query', shape: z.ZodObject): Json[] =>
  Object.entries(shape.shape).map(([name, field]) => {
    const { description, ...schema } = jsonSchema(field);
    return {
      name,
      in: place,
      required: !field.safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema,
    };
  });

const problemAnswer = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: refTo(Problem) } },
});

const answerSchema = (answers: readonly z.ZodType[]): Json => {
  const [only, ...more] = answers;
  if (only === undefined) return { type: 'object' };
  return more.length === 0 ? refTo(only) : { oneOf: answers.map(refTo) };
};

const requestBody = (schema: z.ZodType): Json => ({
  required: true,
  content: { 'application/json': { schema: refTo(schema) } },
});

const responsesOf = ({ status, answers, params, open, body }: Operation): Json => ({
  [status]: { description: 'Success', content: { 'application/json': { schema: answerSchema(answers) } } },
  400: problemAnswer('A parameter is missing or malformed; `errors` names it'),
  ...(body === undefined ? {} : { 409: problemAnswer('It was changed by somebody else since it was read') }),
  ...(open ? {} : { 401: problemAnswer('The API key is missing or unknown') }),
  ...(Object.keys(params.shape).length > 0 ? { 404: problemAnswer("Not found, or another tenant's") } : {}),
  500: problemAnswer('Internal error'),
  503: problemAnswer('A dependency is throttled or down: try again'),
});

const idempotencyHeader: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: jsonSchema(IdempotencyKey),
};

const operationOf = (id: string, operation: Operation): Json => ({
  operationId: id,
  summary: operation.summary,
  ...(operation.open ? { security: [] } : {}),
  parameters: [
    ...parametersIn('path', operation.params),
    ...parametersIn('query', operation.query),
    ...(operation.repeatable ? [idempotencyHeader] : []),
  ],
  ...(operation.body === undefined ? {} : { requestBody: requestBody(operation.body) }),
  responses: responsesOf(operation),
});

const pathsOf = (operations: Readonly<Record<string, Operation>>): Json => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, operation] of Object.entries(operations)) {
    const methods = paths[operation.path] ?? {};
    paths[operation.path] = methods;
    methods[operation.method] = operationOf(id, operation);
  }
  return paths;
};

/** The OpenAPI 3.1 document of the API, built from the very schemas that requests are validated with. */
export const openApiDocument = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Forestall',
    version: '1',
    description: 'Warns hours before a metric breaches. Errors are problem details (RFC 9457).',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ bearer: [] }, { apiKey: [] }],
  paths: { ...pathsOf({ ...READ_OPERATIONS, ...WRITE_OPERATIONS }), ...ingestPaths(problemAnswer) },
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer' },
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
    },
    schemas: componentSchemas(),
  },
});
