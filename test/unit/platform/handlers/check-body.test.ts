/** Sizes and types of bodies, for each operation of the API. */
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../../core/api/operations.ts';
import { INGEST_LIMITS } from '../../../../core/metrics/ingestion/decoding/limits.ts';
import { MAX_JSON_BYTES, maxBodyBytesOf, type Operation } from '../../../../core/platform/api/operation.ts';
import { checkBody } from '../../../../functions/runtime/check-body.ts';
import { readHttpRequest } from '../../../../functions/runtime/http-request.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';

const operations: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);
const withJson = operations.filter(([, { body }]) => body !== undefined);
const withoutBody = operations.filter(([, { body, rawBody }]) => body === undefined && rawBody === undefined);
const decodedByFunction = operations.filter(([, { rawBody }]) => rawBody !== undefined);

const check = (operation: Operation, body: string, headers: Record<string, string> = {}) =>
  checkBody(operation, readHttpRequest(httpEvent(operation.method, operation.path, { body, headers })));

/** The code and the field of the problem that a check ends in. */
const problemOf = (run: () => void): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    const { code, errors } = error as { code: string; errors: { field: string }[] };
    return [code, errors[0]?.field];
  }
};

it('every operation either takes no body, or JSON within a limit, or a body that its function checks', () => {
  expect(withJson.length + withoutBody.length + decodedByFunction.length).toBe(operations.length);
  expect(Math.min(withJson.length, withoutBody.length, decodedByFunction.length)).toBeGreaterThan(3);
  // The form of the page of an approval link is as small as its JSON would be.
  for (const [id, operation] of decodedByFunction)
    expect([id, maxBodyBytesOf(operation)]).toEqual([
      id,
      id === 'answerByLink' ? 4096 : INGEST_LIMITS.maxBytes,
    ]);
});

describe.each(withJson)('the body of %s', (_, operation) => {
  const limit = maxBodyBytesOf(operation);

  it(`may have ${limit} bytes and no more`, () => {
    expect(limit).toBeLessThanOrEqual(MAX_JSON_BYTES);
    expect(problemOf(() => check(operation, 'x'.repeat(limit)))).toBeUndefined();
    expect(problemOf(() => check(operation, 'x'.repeat(limit + 1)))).toEqual(['body-too-large', 'body']);
    // Three bytes each in UTF-8.
    const wide = '€'.repeat(Math.ceil((limit + 1) / 3));
    expect(problemOf(() => check(operation, wide))).toEqual(['body-too-large', 'body']);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json, text/html',
    'application/jsonp',
    '',
  ])('is refused as "%s"', (type) => {
    const run = () => check(operation, '{}', { 'Content-Type': type });
    expect(problemOf(run)).toEqual(['unsupported-content-type', 'content-type']);
  });

  it.each(['gzip', 'br', 'identity, gzip'])('is refused with the encoding %s', (encoding) => {
    const run = () => check(operation, '{}', { 'content-encoding': encoding });
    expect(problemOf(run)).toEqual(['unsupported-encoding', 'content-encoding']);
  });
});

it.each([
  'application/json',
  'Application/JSON; Charset=UTF-8',
  'application/json;charset="utf-8"',
  'application/cloudevents+json',
  ' application/json ',
])('JSON may be announced as "%s"', (type) => {
  for (const [, operation] of withJson)
    expect(problemOf(() => check(operation, '{}', { 'content-type': type }))).toBeUndefined();
});

it('JSON may arrive without a type, as base64 and with the encoding identity', () => {
  const [, operation] = withJson[0]!;
  expect(problemOf(() => check(operation, '{}', { 'content-encoding': 'Identity' }))).toBeUndefined();
  const event = {
    ...httpEvent('POST', operation.path, {
      body: 'A'.repeat(Math.ceil((maxBodyBytesOf(operation) + 9) / 3) * 4),
    }),
    isBase64Encoded: true,
  };
  expect(problemOf(() => checkBody(operation, readHttpRequest(event)))).toEqual(['body-too-large', 'body']);
});

describe.each(withoutBody)('%s', (_, operation) => {
  const ignores = operation.method === 'get';

  it(`${ignores ? 'ignores' : 'refuses'} a body, and needs no content type`, () => {
    const problem = problemOf(() => check(operation, '{}'));
    expect(problem).toEqual(ignores ? undefined : ['invalid-request', 'body']);
    expect(problemOf(() => check(operation, '', { 'content-type': 'text/plain' }))).toBeUndefined();
  });
});
