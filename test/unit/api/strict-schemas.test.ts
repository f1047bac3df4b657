/** Requests may hold nothing that their operation does not know: a misspelt field must not be ignored. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { OPERATIONS } from '../../../core/api/operations.ts';
import type { Operation } from '../../../core/platform/api/operation.ts';

/** Exporters append parameters of their own to the addresses of ingestion. */
const OPEN_QUERY = /^(?:ingest-|exportMetrics)/;
/** Documents of others, of which Forestall reads a part: X-Ray and Alertmanager add fields at any time. */
const OPEN_BODY = new Set(['recordTraces', 'receiveAlertmanager']);

const operations: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);

/** Paths of the objects in a JSON schema that accept unknown fields. */
const openObjects = (schema: unknown, path = 'body'): string[] => {
  if (schema === null || typeof schema !== 'object') return [];
  const { type, additionalProperties } = schema as { type?: unknown; additionalProperties?: unknown };
  const isOpen = type === 'object' && additionalProperties === undefined;
  return [
    ...(isOpen ? [path] : []),
    ...Object.entries(schema).flatMap(([key, inner]) => openObjects(inner, `${path}.${key}`)),
  ];
};

const openIn = (body: z.ZodType): string[] =>
  openObjects(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }));

const refusesUnknown = (query: z.ZodObject): boolean =>
  query
    .safeParse({ 'no-such-parameter': '1' })
    .error?.issues.some(({ code }) => code === 'unrecognized_keys') ?? false;

describe('strict requests', () => {
  it.each(operations)('%s refuses unknown parameters and fields', (id, { query, body }) => {
    expect(refusesUnknown(query)).toBe(!OPEN_QUERY.test(id));
    if (body !== undefined) expect(openIn(body).length > 0).toBe(OPEN_BODY.has(id));
  });

  it('finds an open object wherever it is', () => {
    const inner = z.object({ a: z.string() });
    expect(openIn(inner)).toEqual(['body']);
    expect(openIn(z.strictObject({ list: z.array(z.union([z.string(), inner])) }))).toHaveLength(1);
    expect(openIn(z.strictObject({ map: z.record(z.string(), z.number()) }))).toEqual([]);
    expect(refusesUnknown(z.object({}))).toBe(false);
  });
});
