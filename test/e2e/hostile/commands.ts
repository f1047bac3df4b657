/** Bodies of commands. */
import { deep, type HostileRequest, post, put, repeated, shown } from './request.ts';

const manyKeys = JSON.stringify(Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`f${i}`, 1])));

const BODIES: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '1'],
  ['a text', '"x"'],
  ['a list', '[]'],
  ['half of JSON', '{"a":'],
  ['NaN', '{"version":NaN}'],
  ['nested objects', deep(60_000)],
  ['nested lists', repeated('[', 200_000)],
  ['balanced nested lists', `${repeated('[', 100_000)}${repeated(']', 100_000)}`],
  ['more than 512 KB', `"${repeated('x', 600_000)}"`],
  ['30,000 unknown fields', manyKeys],
  ['one long unknown field', `{"${repeated('x', 400_000)}":1}`],
  ['__proto__', '{"__proto__":{"edges":[]}}'],
  ['an unpaired surrogate', '{"summary":"\\ud800","target":"a","note":"\\ud800"}'],
  ['U+FFFF', '{"summary":"\\uffff","target":"a","note":"\\uffff"}'],
  ['NUL', '{"summary":"\\u0000","target":"a","note":"\\u0000"}'],
  ['an escape sequence', '{"summary":"\\u001b[2J","target":"a","note":"\\u001b[2J"}'],
  ['a byte order mark alone', '\ufeff'],
  ['wrong types', '{"edges":{},"target":1,"version":"x","Services":1,"plan":[],"to":1}'],
  ['nulls', '{"edges":null,"target":null,"version":null,"Services":null,"plan":null,"to":null}'],
];

const COMMANDS: readonly (readonly [string, string])[] = [
  ['PUT', '/v1/settings'],
  ['PUT', '/v1/topology'],
  ['POST', '/v1/traces'],
  ['POST', '/v1/changes'],
  ['POST', '/v1/changes/assess'],
  ['POST', '/v1/incidents/2026-01-01T00-00-00Z-none/transitions'],
];

export const bodies = (): HostileRequest[] =>
  COMMANDS.flatMap(([method, path]) =>
    BODIES.map(
      ([name, body]): HostileRequest => ({
        name: `${method} ${path} with ${name}`,
        method,
        path,
        body,
        expected: 'refused',
      }),
    ),
  );

export const floods = (target: string): HostileRequest[] => [
  {
    name: 'settings with 100,000 wrong thresholds',
    ...put('/v1/settings', { version: 0, thresholds: Array.from({ length: 100_000 }, () => 1) }),
    expected: 'refused',
  },
  {
    name: 'a topology of 100,000 wrong calls',
    ...put('/v1/topology', { edges: Array.from({ length: 100_000 }, () => 1) }),
    expected: 'refused',
  },
  {
    name: 'a topology of 2,001 calls',
    ...put('/v1/topology', {
      edges: Array.from({ length: 2_001 }, (_, i) => ({ caller: `a${i}`, callee: 'b' })),
    }),
    expected: 'refused',
  },
  {
    name: 'a trace of 150,000 wrong services',
    ...post('/v1/traces', { Services: Array.from({ length: 150_000 }, () => 1) }),
    expected: 'refused',
  },
  {
    name: 'a trace whose name clears the screen',
    ...post('/v1/traces', { Services: [{ ReferenceId: 1, Name: '\u001b[2J' }] }),
    expected: 'refused',
  },
  {
    name: 'a trace whose name is read backwards',
    ...post('/v1/traces', { Services: [{ ReferenceId: 1, Name: 'web\u202e1-bd' }] }),
    expected: 'refused',
  },
  {
    name: 'a topology in which a target calls itself',
    ...put('/v1/topology', { edges: [{ caller: 'a', callee: 'a' }] }),
    expected: 'refused',
  },
  {
    name: 'a trace of one service twice',
    ...post('/v1/traces', {
      Services: [
        { ReferenceId: 1, Name: 'a' },
        { ReferenceId: 1, Name: 'b' },
      ],
    }),
    expected: 'refused',
  },
  {
    name: 'a trace with a call to nowhere',
    ...post('/v1/traces', {
      Services: [{ ReferenceId: 1, Name: repeated('x', 199), Edges: [{ ReferenceId: 2 }] }],
    }),
    expected: 'refused',
  },
  {
    name: 'a trace with endless calls',
    ...post(
      '/v1/traces',
      JSON.parse(
        '{"Services":[{"ReferenceId":1,"Name":"a","Edges":[{"ReferenceId":1,"SummaryStatistics":{"TotalCount":-1}}]}]}',
      ),
    ),
    expected: 'refused',
  },
  {
    name: 'a watch of checks without end',
    ...post('/v1/changes', {
      target,
      summary: 's',
      kind: 'deployment',
      watch: { checkAfterMinutes: Array.from({ length: 10_000 }, (_, i) => i) },
    }),
    expected: 'refused',
  },
  ...['', ' ', 'a b', '#', repeated('x', 129), 'ü'].map(
    (key): HostileRequest => ({
      name: `a run with the idempotency key ${shown(key)}`,
      ...{ method: 'POST', path: '/v1/forecast-runs', headers: { 'idempotency-key': key } },
      expected: key.trim() === '' ? 'answered' : 'refused',
    }),
  ),
];
