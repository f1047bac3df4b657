/** Parameters, cursors, paths and keys. */
import { encodeCursor } from '../../../core/shared/cursor.ts';
import { encoded, type HostileRequest, repeated, shown } from './request.ts';

const LISTS = ['targets', 'breaches', 'anomalies', 'incidents', 'changes', 'forecast-runs'];

export const limits = (): HostileRequest[] =>
  LISTS.flatMap((list) =>
    ['0', '-1', '1e9', 'x', '1.5', 'NaN', '', '201', repeated('9', 300)].map((limit) => ({
      name: `${list} with limit ${shown(limit)}`,
      path: `/v1/${list}?limit=${encoded(limit)}`,
      expected: 'refused' as const,
    })),
  );

export const parameters = (): HostileRequest[] => [
  ...LISTS.flatMap((list): HostileRequest[] => [
    { name: `${list} with an unknown parameter`, path: `/v1/${list}?colour=red`, expected: 400 },
    { name: `${list} with a long parameter`, path: `/v1/${list}?${repeated('x', 4_000)}=1`, expected: 400 },
    { name: `${list} with one parameter twice`, path: `/v1/${list}?limit=1&limit=2`, expected: 400 },
    {
      name: `${list} with many parameters`,
      path: `/v1/${list}?${Array.from({ length: 500 }, (_, i) => `p${i}=1`).join('&')}`,
      expected: 400,
    },
    { name: `${list} with __proto__`, path: `/v1/${list}?__proto__=1&constructor=2`, expected: 'answered' },
  ]),
  ...['2', '-1', 'NaN', 'x', '1e400', '-1e-400'].map(
    (value): HostileRequest => ({
      name: `breaches above ${value}`,
      path: `/v1/breaches?minProbability=${value}`,
      expected: value === '-1e-400' ? 'answered' : 400,
    }),
  ),
  ...['1e-200', '1e-300', '5e-324', '0.1234567890123456789'].map(
    (value): HostileRequest => ({
      name: `breaches above ${value}`,
      path: `/v1/breaches?minProbability=${value}`,
      expected: 200,
    }),
  ),
  {
    name: 'breaches of a severity that every object has',
    path: '/v1/breaches?severity=constructor',
    expected: 400,
  },
  {
    name: 'targets of a search with control characters',
    path: '/v1/targets?search=%00%1b%ef%bf%bf',
    expected: 'answered',
  },
];

const FORGED: readonly (readonly (string | number)[])[] = [
  [''],
  ['~'],
  ['0'],
  [repeated('x', 600)],
  ['ANOMALY#9999'],
  ['\u0000'],
  ['\uffff'],
  [1e308],
  [-1],
  [1e-300, 'x'],
  [50, ''],
];

export const cursors = (tenant: string): HostileRequest[] =>
  LISTS.flatMap((list) => [
    ...FORGED.map(
      (position): HostileRequest => ({
        name: `${list} after the forged ${shown(JSON.stringify(position))}`,
        path: `/v1/${list}?cursor=${encodeCursor(`${list === 'forecast-runs' ? 'runs' : list}:${tenant}`, position)}`,
        expected: 'answered',
      }),
    ),
    ...['x', 'AAAA', '%00', repeated('A', 1_024), repeated('A', 1_025), 'W10', '..'].map(
      (cursor): HostileRequest => ({
        name: `${list} after the cursor ${shown(cursor)}`,
        path: `/v1/${list}?cursor=${cursor}`,
        expected: 400,
      }),
    ),
  ]);

const IDS = [
  '%00',
  'a%23b',
  '%ff',
  '%',
  '%zz',
  'a%20b',
  '%F0%9F%98%80',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  repeated('x', 129),
  repeated('x', 5_000),
  'a%0ab',
  '%EF%BF%BF',
];

export const paths = (): HostileRequest[] =>
  [
    (id: string) => `/v1/targets/${id}/series?metric=cpu`,
    (id: string) => `/v1/targets/${id}/baseline?metric=cpu`,
    (id: string) => `/v1/targets/${id}/forecast`,
    (id: string) => `/v1/targets/${id}/trends?metric=cpu`,
    (id: string) => `/v1/incidents/${id}`,
    (id: string) => `/v1/incidents/${id}/causes`,
    (id: string) => `/v1/changes/${id}`,
    (id: string) => `/v1/forecast-runs/${id}`,
  ].flatMap((pathOf) =>
    IDS.map(
      (id): HostileRequest => ({ name: `${pathOf(shown(id))}`, path: pathOf(id), expected: 'refused' }),
    ),
  );

export const metrics = (target: string): HostileRequest[] =>
  [
    'constructor',
    'toString',
    '__proto__',
    'hasOwnProperty',
    '',
    '#',
    '\u0000',
    '\u001b[2J',
    '\uffff',
    repeated('\u{1f600}', 512),
    repeated('x', 257),
  ].flatMap((metric) =>
    ['series', 'trends', 'baseline'].map(
      (view): HostileRequest => ({
        name: `${view} of the metric ${shown(metric)}`,
        path: `/v1/targets/${target}/${view}?metric=${encoded(metric)}`,
        expected: 'refused',
      }),
    ),
  );

export const addresses = (): HostileRequest[] => [
  ...[
    '/',
    '//',
    '/v1',
    '/v1/',
    '/v2/targets',
    '/v1/targets/',
    '/v1//targets',
    '/V1/TARGETS',
    '/v1/targets/a/b/c',
    '/v1/ingest',
    '/v1/ingest/',
    `/v1/${repeated('x', 7_000)}`,
  ].map((path): HostileRequest => ({ name: `GET ${shown(path)}`, path, expected: 'refused' })),
  ...['POST', 'PUT', 'DELETE', 'PATCH'].map(
    (method): HostileRequest => ({
      name: `${method} /v1/targets`,
      method,
      path: '/v1/targets',
      expected: 'refused',
    }),
  ),
];

export const keys = (): HostileRequest[] =>
  [
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Basic YTpi',
    `Bearer ${repeated('x', 6_000)}`,
    `Bearer fsk_${repeated('A', 43)}`,
    'Bearer fsk_../..',
    'Bearer fsk_\u00fc',
    'bearer  fsk_ x',
  ].map(
    (authorization): HostileRequest => ({
      name: `a key such as ${shown(authorization)}`,
      path: '/v1/targets',
      headers: { authorization },
      expected: 401,
    }),
  );
