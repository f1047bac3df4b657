import * as z from 'zod';
import { components } from '../platform/api/components.ts';
import { API_TAGS, type Operations } from '../platform/api/operation.ts';
import { describeOperation, type Json, withoutIds } from './openapi-operation.ts';
import { OPERATIONS } from './operations.ts';

const allSchemas = (): Readonly<Record<string, Json>> => {
  const { schemas } = z.toJSONSchema(components, { io: 'input', uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutIds(schema)]));
};

const namesIn = (value: Json): string[] =>
  [...JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  );

/** Named schemas that the operations use, also through others. */
const componentSchemas = (paths: Json): Json => {
  const all = allSchemas();
  const used = new Set(namesIn(paths));
  // A set visits what is added meanwhile.
  for (const name of used) for (const inner of namesIn(all[name] ?? {})) used.add(inner);
  return Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
};

const pathsOf = (operations: Operations): Json => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, operation] of Object.entries(operations)) {
    const methods = paths[operation.path] ?? {};
    paths[operation.path] = methods;
    methods[operation.method] = describeOperation(id, operation);
  }
  return paths;
};

/** The OpenAPI 3.1 document of the API, built from the schemas that validate requests. */
export const openApiDocument = (): Json => {
  const paths = pathsOf(OPERATIONS);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Forestall',
      version: '1',
      description:
        'Warns hours before a metric breaches. Errors are problem details (RFC 9457). Each operation names the scope that an API key, or the permission that a person, needs for it. People of several tenants name one in the header `forestall-tenant`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: API_TAGS.map((name) => ({ name })),
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, or the access token of a person who signed in',
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
      schemas: componentSchemas(paths),
    },
  };
};
