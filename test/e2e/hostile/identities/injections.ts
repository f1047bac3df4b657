/** Text that would forge a line of a log, or speak to the terminal of whoever reads one. */
import { command, type Expected, type Row, withBearer } from './row.ts';

/** Name, as UTF-8. */
const TEXTS: readonly (readonly [string, string])[] = [
  ['an escape sequence', '\u001b[2J\u001b]0;pwned\u0007'],
  ['a line of a log', 'x\r\n{"level":"ERROR","message":"forged"}'],
  ['a null byte', 'x\u0000y'],
  ['a control character of eight bits', 'x\u009b31my'],
  ['an override of the reading order', 'x\u202ednuorg'],
  ['a separator of lines', 'x\u2028y'],
];

const inPath = encodeURIComponent;

/** The emulator finds no function for an address with a line break. */
const expectedAt = (text: string): Expected => (text.includes('\n') ? '404 gateway' : '404 not-found');

export const injections: readonly Row[] = TEXTS.flatMap(([name, text]): readonly Row[] => [
  [
    `${name} in a target`,
    '400 invalid-request',
    ({ key }) => withBearer(key, `/v1/targets/${inPath(text)}/series?metric=cpu`),
  ],
  [
    `${name} in a metric`,
    '400 invalid-request',
    ({ key }) => withBearer(key, `/v1/targets/our-host/series?metric=${inPath(text)}`),
  ],
  [
    `${name} in a parameter`,
    '400 invalid-request',
    ({ key }) => withBearer(key, `/v1/targets?${inPath(text)}=1`),
  ],
  [`${name} in an address`, expectedAt(text), ({ key }) => withBearer(key, `/v1/x${inPath(text)}`)],
  [
    `${name} in the name of a key`,
    '400 invalid-request',
    ({ key }) => command(key, 'POST', '/v1/api-keys', { name: text, scopes: ['read'] }),
  ],
  [
    `${name} in a summary`,
    '400 invalid-request',
    ({ key }) => command(key, 'POST', '/v1/changes', { target: 'our-host', summary: text }),
  ],
  [
    `${name} in a metric that is sent`,
    '422 invalid-content',
    ({ key }) =>
      command(key, 'POST', '/v1/ingest/json', {
        points: [{ target: 'our-host', metric: text, timestamp: Math.floor(Date.now() / 1000), value: 1 }],
      }),
  ],
  [
    `${name} in a setting`,
    '400 invalid-request',
    ({ key }) => command(key, 'PUT', '/v1/settings', { version: 0, thresholds: [], [text]: text }),
  ],
]);

/** The text as bytes of UTF-8 in a header, as the gateway passes it on. */
const inHeader = (text: string): string => Buffer.from(text).toString('latin1');

/** Headers cannot hold C0 controls. */
export const headerInjections: readonly Row[] = TEXTS.slice(3).flatMap(([name, text]): readonly Row[] => [
  [
    `${name} in an Idempotency-Key`,
    '400 invalid-request',
    ({ key }) =>
      withBearer(key, '/v1/forecast-runs', {
        method: 'POST',
        headers: [['idempotency-key', inHeader(text)]],
      }),
  ],
  [
    `${name} in a tenant`,
    '403 forbidden',
    ({ viewer }) => withBearer(viewer, '/v1/targets', { headers: [['forestall-tenant', inHeader(text)]] }),
  ],
  [
    `${name} in a credential`,
    '401 unauthorized',
    ({ key }) => ({ path: '/v1/targets', headers: [['authorization', `Bearer ${key}${inHeader(text)}`]] }),
  ],
  [
    `${name} in a content type`,
    '415 unsupported-content-type',
    ({ key }) => ({
      ...{ method: 'PUT', path: '/v1/settings', body: '{}' },
      headers: [
        ['authorization', `Bearer ${key}`],
        ['content-type', `application/${inHeader(text)}`],
      ],
    }),
  ],
  [
    `${name} in a user agent of a reader who lists keys`,
    '403 forbidden',
    ({ reader }) => withBearer(reader, '/v1/api-keys', { headers: [['user-agent', inHeader(text)]] }),
  ],
]);
