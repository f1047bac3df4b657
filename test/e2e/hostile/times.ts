/** Times outside any sensible range. */
import { encoded, type HostileRequest, post, put, repeated, shown, withPlaces } from './request.ts';

const ABSURD_TIMES = [
  '253402300800',
  '9999999999999',
  '8640000000001',
  '-1',
  '0',
  '1e20',
  '1e300',
  'NaN',
  'Infinity',
  '-Infinity',
  'soon',
  '',
  ' ',
  '2026-13-01',
  '2026-02-30',
  '0001-01-01',
  '9999-12-31T23:59:59Z',
  '+275760-09-13',
  '2026-01-01T00:00:00+99:99',
  '\u0000',
  '\uffff',
  '1795255200\n',
  repeated('9', 400),
];

const settingsWith = (from: string, to: string) => ({
  ...{ version: 0, thresholds: [], detection: [] },
  maintenance: [{ from, to, reason: 'x' }],
});

export const times = (target: string): HostileRequest[] =>
  withPlaces<string>(ABSURD_TIMES, [
    (at) => ({
      name: `series from ${shown(at)}`,
      path: `/v1/targets/${target}/series?metric=cpu&from=${encoded(at)}`,
      expected: 'refused',
    }),
    (at) => ({
      name: `series to ${shown(at)}`,
      path: `/v1/targets/${target}/series?metric=cpu&to=${encoded(at)}`,
      expected: 'refused',
    }),
    (at) => ({
      name: `anomalies from ${shown(at)}`,
      path: `/v1/anomalies?from=${encoded(at)}`,
      expected: 'refused',
    }),
    (at) => ({
      name: `anomalies to ${shown(at)}`,
      path: `/v1/anomalies?to=${encoded(at)}`,
      expected: 'refused',
    }),
    (at) => ({
      name: `change at ${shown(at)}`,
      ...post('/v1/changes', { target, summary: 's', at }),
      expected: 'refused',
    }),
    (at) => ({
      name: `maintenance from ${shown(at)}`,
      ...put('/v1/settings', settingsWith(at, '2030-01-01')),
      expected: 'refused',
    }),
    (at) => ({
      name: `maintenance to ${shown(at)}`,
      ...put('/v1/settings', settingsWith('2026-01-01', at)),
      expected: 'refused',
    }),
    (at) => ({
      name: `trace until ${shown(at)}`,
      ...post('/v1/traces', { EndTime: at, Services: [] }),
      expected: 'refused',
    }),
  ]).filter(({ name }) => !name.endsWith('"1795255200\\n"'));

const traceEdge = (EndTime: unknown) => ({
  Services: [
    { ReferenceId: 1, Name: 'front', Edges: [{ ReferenceId: 2, EndTime }] },
    { ReferenceId: 2, Name: 'back' },
  ],
});

export const traceTimes = (): HostileRequest[] =>
  [
    1e300,
    8.64e12,
    8.64e15,
    1_795_255_200_000,
    -1,
    0,
    1e10,
    '1026-01-01T00:00:00Z',
    '9999-01-01T00:00:00Z',
    null,
    true,
    {},
  ].map((at) => ({
    name: `trace with an edge of ${JSON.stringify(at)}`,
    ...post('/v1/traces', traceEdge(at)),
    expected: 'refused',
  }));
