/** Requests to the HTTP runtime that none of our clients would send: rejected with a short message, never a failure. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ProblemError } from '../../../../core/platform/api/errors.ts';
import { NoParameters } from '../../../../core/platform/api/parameters.ts';
import { InvalidInputError, TooLargeError } from '../../../../core/shared/errors.ts';
import { PlainText } from '../../../../core/shared/text.ts';
import { route } from '../../../../functions/runtime/route.ts';
import { serveHttp } from '../../../../functions/runtime/serve-http.ts';
import { shownError, shownFields } from '../../../../functions/runtime/shown-fields.ts';
import { memoryQuotas } from '../../../fakes/platform.ts';

/** As zod does with hundreds of thousands of issues. */
const recurse = (depth: number): number => 1 + recurse(depth + 1);

const OPERATION = {
  method: 'post',
  path: '/v1/echo',
  tag: 'platform',
  summary: '',
  needs: 'none',
  quota: 'none',
  servedBy: 'query-api',
  params: NoParameters,
  query: NoParameters,
  status: 200,
  responses: [],
  body: z.strictObject({
    note: PlainText.optional(),
    plan: z
      .unknown()
      .refine((plan) => plan !== 'endless' || recurse(1) > 0)
      .optional(),
    list: z.array(z.string()).optional(),
  }),
} as const;

const serve = async (body: string, thrown?: Error) => {
  const counted: string[] = [];
  const telemetry = { info: () => {}, error: () => {}, count: (name: string) => void counted.push(name) };
  const echo = route(OPERATION, async ({ body: accepted }) => {
    if (thrown !== undefined) throw thrown;
    return accepted;
  });
  const handler = serveHttp(
    { echo },
    { authenticate: async () => undefined, quotas: memoryQuotas(), now: () => 0, telemetry },
  );
  const reply = await handler({
    ...{ rawPath: '/v1/echo', headers: {}, body },
    requestContext: { requestId: 'r', http: { method: 'POST' } },
  });
  return { status: reply.statusCode, text: reply.body, json: JSON.parse(reply.body), counted };
};

describe('hostile requests', () => {
  it.each([
    [
      'many unknown fields',
      JSON.stringify(Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`f${i}`, 1]))),
    ],
    ['one long unknown field', JSON.stringify({ ['x'.repeat(400_000)]: 1 })],
    ['many wrong items', JSON.stringify({ list: Array.from({ length: 100_000 }, () => 1) })],
  ])('%s get a short response', async (_, body) => {
    const { status, text, json } = await serve(body);
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(12_000);
    expect(json.errors.length).toBeLessThanOrEqual(20);
    expect(json.errors.length).toBeGreaterThan(0);
  });

  it('that exceed the call stack of the validation are rejected', async () => {
    const { status, json, counted } = await serve('{"plan":"endless"}');
    expect([status, json.code, counted]).toEqual([422, 'invalid-content', []]);
  });

  it('nested too deeply are rejected, not crashed on', async () => {
    const { status, json, counted } = await serve(`{"plan":${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)}}`);
    expect([status, json.code, json.errors[0].field]).toEqual([422, 'invalid-content', 'body']);
    expect(counted).toEqual([]);
  });

  it.each([
    ['{"note":"a\\uffff"}', 'body.note'],
    ['{"note":"\\ud800"}', 'body.note'],
    ['{"plan":{"deep":["ok","\\ufffe"]}}', 'body.plan.deep.1'],
    ['{"plan":{"\\udc00":1}}', 'body.plan.\udc00'],
    ['{"note":"\uffff"}', 'body.note'],
  ])('with text that cannot be stored are rejected by field: %j', async (body, field) => {
    const { status, json } = await serve(body);
    expect([status, json.code]).toEqual([422, 'invalid-content']);
    expect(json.errors[0].field.toWellFormed()).toBe(field.toWellFormed());
  });

  it.each(['{"note":"\\u001b[2J"}', '{"note":"\\u0000"}', '{"note":"\\u009b"}'])(
    'reject %s as a note',
    async (body) => {
      const { status, json } = await serve(body);
      expect([status, json.errors[0].field]).toEqual([400, 'note']);
    },
  );

  it('may hold any text that people write', async () => {
    const note = 'naïve – 日本語\n\t\u{1f600}';
    expect(await serve(JSON.stringify({ note }))).toMatchObject({ status: 200, json: { note } });
  });

  it('that would exceed a stored item are too large, which is not a failure', async () => {
    const { status, json, counted } = await serve(
      '{}',
      new TooLargeError('storing a graph: Item size has exceeded'),
    );
    expect([status, json.code, counted]).toEqual([413, 'body-too-large', []]);
  });

  it('have every error truncated, from any source', async () => {
    const errors = Array.from({ length: 500 }, () => ({
      field: 'x'.repeat(9_999),
      code: 'c',
      message: 'y'.repeat(9_999),
    }));
    for (const error of [
      new InvalidInputError('z'.repeat(1e6), { field: 'f'.repeat(1e6) }),
      new ProblemError('invalid-content', 'z'.repeat(1e6), { errors }),
    ])
      expect((await serve('{}', error)).text.length).toBeLessThan(30_000);
  });
});

describe('log lines', () => {
  it('are truncated', () => {
    const fields = {
      tenantId: 'acme',
      reason: 'x'.repeat(1e6),
      list: Array.from({ length: 999 }, () => 'y'.repeat(9_999)),
      n: 1,
    };
    const shown = shownFields(fields);
    expect(shown).toMatchObject({ tenantId: 'acme', n: 1 });
    expect(JSON.stringify(shown).length).toBeLessThan(50_000);
  });

  it('keep the name and the causes of an error', () => {
    const cause = new TypeError('z'.repeat(1e6));
    const shown = shownError(new InvalidInputError('x'.repeat(1e6), { cause }));
    expect([shown.name, (shown.cause as Error).name]).toEqual(['InvalidInputError', 'TypeError']);
    expect(`${shown.message}${shown.stack}${(shown.cause as Error).message}`.length).toBeLessThan(10_000);
  });
});
