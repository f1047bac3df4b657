/** Header smuggling: duplicated, conflicting and forged headers, and bytes that no client sends. */
import { type Held, THEIRS } from './held.ts';
import { type Row, withBearer } from './row.ts';

type Headers = readonly (readonly [string, string])[];

const refused = (name: string, headers: (held: Held) => Headers, path = '/v1/targets'): Row => [
  ...([name, '401 unauthorized', (held: Held) => ({ path, headers: headers(held) })] as const),
];

/** Headers with which a proxy in front of another product says who calls. */
const CLAIMS: Headers = [
  ['x-forwarded-user', 'admin'],
  ['x-remote-user', 'admin'],
  ['x-authenticated-user', 'admin'],
  ['x-user-id', '1'],
  ['x-amzn-oidc-identity', 'admin'],
  ['x-amzn-oidc-data', 'e30.e30.'],
  ['x-amz-security-token', 'admin'],
  ['x-amzn-request-context', '{"authorizer":{"tenantId":"e2e-hostile-theirs"}}'],
  ['x-apigateway-event', '{"requestContext":{"authorizer":{"principalId":"admin"}}}'],
  ['x-forwarded-client-cert', 'Subject="CN=admin"'],
  ['x-tenant-id', THEIRS],
  ['forestall-tenant', THEIRS],
  ['x-forestall-scopes', 'administer'],
  ['x-original-url', '/v1/health'],
  ['x-rewrite-url', '/v1/health'],
  ['x-http-method-override', 'OPTIONS'],
  ['x-forwarded-for', '127.0.0.1'],
  ['x-real-ip', '127.0.0.1'],
  ['x-forwarded-host', 'localhost'],
  ['x-forwarded-prefix', '/v1/health'],
  ['forwarded', 'for=127.0.0.1;host=localhost'],
  ['via', '1.1 localhost'],
];

export const headers: readonly Row[] = [
  ...CLAIMS.map(([name, value]) => refused(`${name} without a credential`, () => [[name, value]])),
  ...CLAIMS.map(
    ([name, value]): Row => [
      `${name} of a reader who lists keys`,
      '403 forbidden',
      ({ reader }) => withBearer(reader, '/v1/api-keys', { headers: [[name, value]] }),
    ],
  ),
  refused('two authorizations', ({ reader, key }) => [
    ['authorization', `Bearer ${reader}`],
    ['authorization', `Bearer ${key}`],
  ]),
  refused('the same authorization twice', ({ key }) => [
    ['authorization', `Bearer ${key}`],
    ['authorization', `Bearer ${key}`],
  ]),
  refused('two authorizations, one in capitals', ({ reader, key }) => [
    ['authorization', `Bearer ${reader}`],
    ['AUTHORIZATION', `Bearer ${key}`],
  ]),
  refused('two keys', ({ reader, key }) => [
    ['x-api-key', reader],
    ['x-api-key', key],
  ]),
  refused('a bearer token and another key', ({ reader, key }) => [
    ['authorization', `Bearer ${reader}`],
    ['x-api-key', key],
  ]),
  refused('a bearer token and the key of another tenant', ({ key, theirKey }) => [
    ['authorization', `Bearer ${key}`],
    ['x-api-key', theirKey],
  ]),
  refused('the token of a person and a key', ({ viewer, key }) => [
    ['authorization', `Bearer ${viewer}`],
    ['x-api-key', key],
  ]),
  refused('another scheme beside a key', ({ key }) => [
    ['authorization', 'Basic YTpi'],
    ['x-api-key', key],
  ]),
  refused('two words beside a key', ({ key }) => [
    ['authorization', `Bearer a ${key}`],
    ['x-api-key', key],
  ]),
  refused('the token of a person as a key', ({ viewer }) => [['x-api-key', viewer]]),
  refused('a good key after a bad one', ({ key, revoked }) => [
    ['authorization', `Bearer ${revoked} ${key}`],
  ]),
  refused('a good key before a comma', ({ key }) => [['authorization', `Bearer ${key},x`]]),
  refused('another scheme', ({ key }) => [['authorization', `Token ${key}`]]),
  refused('two schemes', ({ key }) => [['authorization', `Basic Bearer ${key}`]]),
  refused('a key in x_api_key', ({ key }) => [['x_api_key', key]]),
  refused('a key in proxy-authorization', ({ key }) => [['proxy-authorization', `Bearer ${key}`]]),
  refused('a key in x-forwarded-authorization', ({ key }) => [
    ['x-forwarded-authorization', `Bearer ${key}`],
  ]),
  [
    'two content types',
    '415 unsupported-content-type',
    ({ key }) => ({
      ...{ method: 'PUT', path: '/v1/settings', body: '{"version":0,"thresholds":[]}' },
      headers: [
        ['authorization', `Bearer ${key}`],
        ['content-type', 'application/json'],
        ['content-type', 'text/plain'],
      ],
    }),
  ],
  [
    'two Idempotency-Keys',
    '400 invalid-request',
    ({ key }) => ({
      ...{ method: 'POST', path: '/v1/forecast-runs' },
      headers: [
        ['authorization', `Bearer ${key}`],
        ['idempotency-key', 'one'],
        ['idempotency-key', 'two'],
      ],
    }),
  ],
  [
    'a method that overrides POST',
    '405 method-not-allowed',
    ({ key }) =>
      withBearer(key, '/v1/targets', {
        method: 'POST',
        headers: [['x-http-method-override', 'GET']],
        body: '{}',
      }),
  ],
];

/** A request of which the lines after the first are given. */
const lines =
  (...given: readonly string[]) =>
  (held: Held) => ({
    bytes: ['GET /v1/targets HTTP/1.1', 'Host: {host}', ...given, 'Connection: close', '', '']
      .join('\r\n')
      .replaceAll('{key}', held.key),
  });

const withLength = (...given: readonly string[]) => ({
  bytes: ['POST /v1/changes HTTP/1.1', 'Host: {host}', ...given, 'Connection: close', '', ''].join('\r\n'),
});

/** Refused by the server that parses HTTP: by API Gateway on AWS, by the emulator here. */
export const bytes: readonly Row[] = [
  ['a blank before a colon', '400 gateway', lines('Authorization : Bearer {key}')],
  ['a null byte in a value', '400 gateway', lines('Authorization: Bearer {key}\0')],
  ['a carriage return in a value', '400 gateway', lines('Authorization: Bearer x\rX-Api-Key: {key}')],
  ['a blank in a name', '400 gateway', lines('X Api Key: {key}')],
  ['a line without a colon', '400 gateway', lines('Authorization')],
  ['two lengths', '400 gateway', () => withLength('Content-Length: 5', 'Content-Length: 6')],
  ['a negative length', '400 gateway', () => withLength('Content-Length: -1')],
  ['a length in hexadecimal', '400 gateway', () => withLength('Content-Length: 0x5')],
  ['an unknown transfer encoding', '501 gateway', () => withLength('Transfer-Encoding: xchunked')],
  ['no host', '400 gateway', () => ({ bytes: 'GET /v1/targets HTTP/1.1\r\nConnection: close\r\n\r\n' })],
];

/** Tenant headers change nothing for a key: it has one tenant. Checked by what the answers hold. */
export const IGNORED: Headers = CLAIMS.filter(([name]) => /tenant|url|prefix|host|for$|ip$/.test(name));
