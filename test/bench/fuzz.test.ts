/** A tenth of the cases of `forestall bench fuzz`, in this process; and no parser is missing from it. */
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type FuzzFigures, fuzz, MAX_CASE_MS } from '../../bench/api/fuzz/fuzz.ts';
import { MESSAGE_PARSERS } from '../../bench/api/fuzz/message-parsers.ts';
import { operationParsers } from '../../bench/api/fuzz/operation-parsers.ts';
import { parser } from '../../bench/api/fuzz/parser.ts';
import { PARSERS } from '../../bench/api/fuzz/parsers.ts';
import { OPERATIONS } from '../../core/api/operations.ts';
import { INGEST_FORMAT_NAMES } from '../../core/metrics/ingestion/formats/ingest-formats.ts';
import type { Operation } from '../../core/platform/api/operation.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';
import { sourcesUnder } from '../architecture/source-tree.ts';

const CASES = 10_000;

/** The parser of each header that an operation declares. */
const HEADER_PARSERS: Readonly<Record<string, string>> = {
  'Content-Encoding': 'headers of ingestion',
  'webhook-id': 'webhooks',
  'webhook-timestamp': 'webhooks',
  'webhook-signature': 'webhooks',
  'x-slack-request-timestamp': 'webhooks',
  'x-slack-signature': 'webhooks',
};

/** Names of the parsers that the parts of an operation need. */
const neededBy = (id: string, { path, query, body, rawBody = {}, headers }: Operation): readonly string[] => [
  ...(path.includes('{') ? [`${id}: path`] : []),
  ...(Object.keys(query.shape).length > 0 ? [`${id}: query`] : []),
  ...(body === undefined ? [] : [`${id}: body`]),
  ...Object.keys(rawBody).flatMap((type) => {
    if (type === 'application/x-www-form-urlencoded') return [`${id} as ${type}`];
    const format = INGEST_FORMAT_NAMES.find((name) => path.includes(name)) ?? 'otlp';
    return [`${format} as ${type}`, `${format} as ${type}, compressed`];
  }),
  ...Object.keys(headers?.shape ?? {}).map((name) => HEADER_PARSERS[name] ?? `header ${name}`),
];

const missing = (operations: Readonly<Record<string, Operation>>): readonly string[] => {
  const known = new Set(PARSERS.map(({ name }) => name));
  const needed = Object.entries(operations).flatMap(([id, operation]) => neededBy(id, operation));
  return needed.filter((name) => !known.has(name));
};

/** Folders of the functions that read messages of a queue. */
const queueReaders = (): readonly string[] =>
  sourcesUnder('functions').flatMap(({ path, imports }) =>
    imports.includes('functions/runtime/queue-event.ts') ? [path.split('/').at(-2) ?? ''] : [],
  );

describe('the parsers', () => {
  it('include each part of each operation', () => {
    expect(missing(OPERATIONS)).toEqual([]);
    expect(new Set(PARSERS.map(({ name }) => name)).size).toBe(PARSERS.length);
  });

  it('include the messages of each function that reads a queue', () => {
    expect(queueReaders().length).toBeGreaterThan(0);
    expect(new Set(queueReaders().filter((name) => name !== 'runtime'))).toEqual(
      new Set(Object.keys(MESSAGE_PARSERS)),
    );
  });

  it.each<[string, Partial<Operation>, string]>([
    ['operation', {}, 'planted: body'],
    ['content type', { rawBody: { 'application/xml': z.string() } }, 'otlp as application/xml'],
    ['header', { headers: z.object({ 'x-new': z.string() }) }, 'header x-new'],
    ['parameter', { query: z.strictObject({ new: z.string() }) }, 'planted: query'],
  ])('of a planted %s are found to be missing', (_, more, expected) => {
    expect(missing({ planted: { ...OPERATIONS.recordChange, ...more } })).toContain(expected);
    const made = operationParsers({ planted: { ...OPERATIONS.recordChange, path: '/v1/x/{a}' } });
    expect(made.map(({ name }) => name)).toEqual(['planted: path', 'planted: body', 'planted: headers']);
  });
});

/** Uses more CPU time than a case may. */
const busy = (): void => {
  const started = process.cpuUsage();
  const used = () => process.cpuUsage(started).user / 1000;
  while (used() <= MAX_CASE_MS);
};

describe('a planted fault is found:', () => {
  const make = () => 'x';
  const found = async (parse: (input: string) => unknown, check = () => {}) =>
    (await fuzz(parser('planted', make, parse, check), 1)).failures[0]?.reason;

  it.each<[string, (input: string) => unknown, string]>([
    ['an untyped error', () => Reflect.get(Object(null), 'a').b, 'TypeError'],
    [
      'a call stack that is exhausted',
      function endless(): never {
        return endless();
      },
      'RangeError',
    ],
    ['a rejected promise', async () => Promise.reject(new Error('no')), 'Error: no'],
    ['a slow case', busy, 'took'],
  ])('%s', async (_, parse, reason) => {
    expect(await found(parse)).toContain(reason);
  });

  it('an invariant that does not hold', async () => {
    const check = () => {
      throw new Error('accepted although it is wrong');
    };
    expect(await found((text) => text, check)).toContain('accepted although');
  });

  it('nothing in a parser that refuses with a typed error', async () => {
    const refuse = () => {
      throw new InvalidInputError('no');
    };
    expect(
      await fuzz(
        parser('planted', make, refuse, () => {}),
        3,
      ),
    ).toMatchObject({ refused: 3, failed: 0 });
  });
});

describe(`${CASES} cases of`, () => {
  const all: FuzzFigures[] = [];
  afterAll(() => {
    const slowest = all.toSorted((a, b) => b.worstMs - a.worstMs).slice(0, 3);
    console.log(slowest.map(({ name, worstMs }) => `${name}: ${worstMs.toFixed(0)} ms`).join('; '));
  });

  it.each(PARSERS.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    const figures = await fuzz(each, CASES);
    all.push(figures);
    expect(figures.failures).toEqual([]);
    // Otherwise the cases would reach only one half of the parser.
    expect(figures.accepted).toBeGreaterThan(0);
    expect(figures.refused).toBeGreaterThan(0);
  });
});
