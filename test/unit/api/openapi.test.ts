import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openApiDocument } from '../../../core/api/openapi.ts';
import { OPERATIONS } from '../../../core/api/operations.ts';
import { EXPORTER_OPERATIONS } from '../../../core/metrics/api/ingestion.ts';
import { INGEST_FORMAT_NAMES } from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import { named } from '../../../core/platform/api/components.ts';
import { API_TAGS, type Operation } from '../../../core/platform/api/operation.ts';

const document = JSON.parse(JSON.stringify(openApiDocument()));

const OperationObject = z.object({
  operationId: z.string(),
  summary: z.string().min(5),
  tags: z.array(z.enum(API_TAGS)),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
      schema: z.looseObject({}),
    }),
  ),
  responses: z.record(
    z.string(),
    z.object({ description: z.string().min(3), content: z.looseObject({}).optional() }),
  ),
});
const Paths = z.record(
  z.string(),
  z.record(z.enum(['get', 'post']), OperationObject.partial()).or(z.looseObject({})),
);

const operations = Object.entries(Paths.parse(document.paths)).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method,
    operation: OperationObject.parse(operation),
  })),
);

const referencesIn = (value: unknown): string[] => {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  );
};

describe('the OpenAPI document', () => {
  it('is of version 3.1 and names its licence and keys', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Forestall', license: { identifier: 'Apache-2.0' } },
      security: [{ bearer: [] }, { apiKey: [] }],
    });
  });

  it('describes every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(Object.keys(OPERATIONS).length);
    for (const [id, { path, method }] of Object.entries(OPERATIONS)) {
      expect(operations.find(({ operation }) => operation.operationId === id)).toMatchObject({
        path,
        method,
      });
    }
    expect(ids).toEqual(expect.arrayContaining(['ingest-json', 'ingest-csv', 'ingest-otlp']));
  });

  it('describes each parameter of a path, and only those', () => {
    for (const { path, operation } of operations) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`).sort()).toEqual(
        [...(path.match(/\{\w+\}/g) ?? [])].sort(),
      );
      expect(inPath.every(({ required }) => required)).toBe(true);
    }
  });

  it('states which query parameters are required, and their bounds', () => {
    const series = operations.find(({ operation }) => operation.operationId === 'getSeries')?.operation;
    expect(series?.parameters.filter(({ required }) => required).map(({ name }) => name)).toEqual([
      'targetId',
      'metric',
    ]);
    const targets = operations.find(({ operation }) => operation.operationId === 'listTargets')?.operation;
    expect(targets?.parameters.find(({ name }) => name === 'limit')).toMatchObject({
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    });
  });

  it('refers only to schemas that it contains, and contains no unused ones', () => {
    const held = Object.keys(document.components.schemas).map((id) => `#/components/schemas/${id}`);
    const used = new Set(referencesIn(document));
    expect([...used].filter((reference) => !held.includes(reference))).toEqual([]);
    expect(held.filter((reference) => !used.has(reference))).toEqual([]);
  });

  it('leaves out a schema with a name that no operation uses', () => {
    named('OfNoOperation', z.object({ unused: z.string() }));
    expect(JSON.stringify(openApiDocument())).not.toContain('OfNoOperation');
  });

  it('describes every failure as a problem document, or as an error of SCIM', () => {
    for (const { path, operation } of operations) {
      const isScim = path.startsWith('/v1/scim/');
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const problem = isScim ? 'application/scim+json' : 'application/problem+json';
        const success = isScim ? 'application/scim+json' : 'application/json';
        const expected = Number(status) < 300 ? success : problem;
        expect(Object.keys(content ?? {})).toEqual(status === '204' ? [] : [expected]);
      }
    }
  });

  it('requires no key for health, itself, signed webhooks and signed links', () => {
    const open = Object.values(OPERATIONS).filter(({ needs }) => needs === 'none');
    for (const { path, method } of open) expect(document.paths[path][method].security).toEqual([]);
    expect(open.map(({ path }) => path)).toEqual([
      '/v1/health',
      '/v1/openapi.json',
      '/v1/webhooks/{tenantId}/changes',
      '/v1/approvals/{link}',
      '/v1/approvals/{link}',
    ]);
  });

  it('states the access that each other operation needs', () => {
    const closed: readonly Operation[] = Object.values(OPERATIONS).filter(({ needs }) => needs !== 'none');
    for (const { path, method, needs } of closed) {
      expect(document.paths[path][method].security).toEqual([{ bearer: [needs] }, { apiKey: [needs] }]);
    }
    expect(closed.filter(({ needs, method }) => needs === 'read' && method !== 'get')).toMatchObject([
      { path: '/v1/tokens' },
      { path: '/v1/changes/assess' },
    ]);
    const isScim = ({ dialect }: Operation) => dialect === 'scim';
    expect(closed.filter(isScim).every(({ needs }) => needs === 'provision')).toBe(true);
    const reads = closed.filter((operation) => operation.method === 'get' && !isScim(operation));
    expect(reads.filter(({ needs }) => needs !== 'read')).toMatchObject([
      { path: '/v1/api-keys', needs: 'administer' },
      { path: '/v1/webhooks/signing-keys', needs: 'administer' },
    ]);
  });

  it('accepts an Idempotency-Key for each command, except those that are safe to repeat and say so', () => {
    // A repeated command of SCIM has no second effect, and directories send no keys.
    const commands = Object.entries(OPERATIONS).filter(
      ([, operation]) => operation.method !== 'get' && !('dialect' in operation),
    );
    for (const [id, { path, method, summary, ...operation }] of commands) {
      const described = document.paths[path][method];
      const names = described.parameters.map(({ name }: { name: string }) => name);
      const isKeyed = 'idempotency' in operation;
      expect([id, names.includes('Idempotency-Key')]).toEqual([id, isKeyed]);
      if (!isKeyed) expect(summary).toMatch(/needs no Idempotency-Key/i);
      else if (operation.idempotency === 'stored-response')
        expect(Object.keys(described.responses)).toEqual(expect.arrayContaining(['409', '422']));
    }
    expect(commands.filter(([, operation]) => !('idempotency' in operation)).map(([id]) => id)).toEqual([
      'createAccessToken',
      'rotateApiKey',
      'revokeApiKey',
      ...INGEST_FORMAT_NAMES.map((format) => `ingest-${format}`),
      ...Object.keys(EXPORTER_OPERATIONS),
      'receiveChange',
      'assessChange',
      'answerByLink',
    ]);
  });

  it('tags each operation with its context', () => {
    expect(document.tags).toEqual(API_TAGS.map((name) => ({ name })));
    for (const { operation } of operations) expect(operation.tags).toHaveLength(1);
  });

  it('contains no artefacts of the schema library', () => {
    expect(JSON.stringify(document)).not.toMatch(/\$schema|"\$id"|~standard/);
  });
});
