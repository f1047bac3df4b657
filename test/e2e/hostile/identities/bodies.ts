/** Bodies of every operation that takes one: too large, too deep, compressed, and with fields that are not theirs. */
import { gzipSync } from 'node:zlib';
import { OPERATIONS } from '../../../../core/api/operations.ts';
import { INGEST_LIMITS } from '../../../../core/metrics/ingestion/decoding/limits.ts';
import { maxBodyBytesOf, type Operation } from '../../../../core/platform/api/operation.ts';
import { type Held, THEIRS } from './held.ts';
import { json, type Row, type Sent, withBearer } from './row.ts';

type Id = keyof typeof OPERATIONS;

/** A body that each operation accepts. */
export const GOOD_BODIES: Readonly<Partial<Record<Id, object>>> = {
  putSettings: { version: 0, thresholds: [] },
  createAccessToken: { scopes: ['read'] },
  createApiKey: { name: 'more', scopes: ['read'] },
  rotateApiKey: { overlapHours: 1 },
  recordChange: { target: 'our-host', summary: 'version 41', kind: 'configuration' },
  receiveChange: { target: 'our-host', summary: 'version 41', kind: 'configuration' },
  assessChange: { plan: { format: 'cdk-diff', content: 'Stack a' } },
  transitionIncident: { to: 'acknowledged' },
  replaceWebhookSecrets: { overlapHours: 1 },
  putTopology: { edges: [] },
  requestRemediation: {
    ...{ action: 'scale-out-group', resource: 'auto-scaling-group:web', reason: 'load test' },
  },
  undoRemediation: { planHash: '0'.repeat(64) },
  putRemediationPolicy: { version: 0, policy: { environments: {} } },
  putKillSwitch: { on: true, reason: 'test' },
  receiveAlerts: { alerts: [{ name: 'disk full', status: 'firing', target: 'our-host' }] },
  receiveAlertmanager: {
    version: '4',
    alerts: [
      {
        ...{ status: 'firing', labels: { alertname: 'ours', instance: 'our-host' } },
        ...{ startsAt: '2026-11-21T10:00:00Z', endsAt: '0001-01-01T00:00:00Z' },
      },
    ],
  },
  recordTraces: { Services: [] },
};

const operations: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);

/** Without the decisions of people, which keys cannot reach. */
export const withBody = operations.filter(([, { body, needs }]) => body !== undefined && needs !== 'approve');

const send = (
  { key, ids }: Held,
  { method, path }: Operation,
  body: string | Uint8Array,
  more: readonly (readonly [string, string])[] = [json],
): Sent => ({
  ...{ method: method.toUpperCase(), body },
  path: path.replace('{keyId}', ids.keyId).replaceAll(/\{\w+\}/g, 'none'),
  headers: [['authorization', `Bearer ${key}`], ...more],
});

/** Without a caller, nothing is parsed before the signature is verified. */
const isSigned = ([id]: readonly [string, Operation]): boolean => id === 'receiveChange';
const parsed = withBody.filter((each) => !isSigned(each));

const repeated = (text: string, count: number): string => text.repeat(count);

export const sizes: readonly Row[] = [
  ...withBody.map(
    ([id, operation]): Row => [
      `${id} of a byte too many`,
      '413 body-too-large',
      (held) => send(held, operation, `"${repeated('x', maxBodyBytesOf(operation) - 1)}"`),
    ],
  ),
  ...parsed.map(
    ([id, operation]): Row => [
      `${id} of many levels`,
      '422 invalid-content',
      (held) => send(held, operation, `${repeated('{"a":', 150)}1${repeated('}', 150)}`),
    ],
  ),
  ...withBody.map(
    ([id, operation]): Row => [
      `${id} compressed, a megabyte in a kilobyte`,
      '415 unsupported-encoding',
      (held) => send(held, operation, gzipSync(Buffer.alloc(900_000)), [json, ['content-encoding', 'gzip']]),
    ],
  ),
  ...withBody.map(
    ([id, operation]): Row => [
      `${id} as a form`,
      '415 unsupported-content-type',
      (held) => send(held, operation, 'a=b', [['content-type', 'application/x-www-form-urlencoded']]),
    ],
  ),
  ...(['json', 'csv', 'otlp', 'otlp/v1/metrics'] as const).flatMap((format): readonly Row[] => {
    const sent = (body: Uint8Array, encoding: string) => (held: Held) =>
      withBearer(held.key, `/v1/ingest/${format}`, {
        ...{ method: 'POST', body },
        headers: [['content-encoding', encoding]],
      });
    return [
      [
        `${format} of a byte too many`,
        '413 body-too-large',
        (held) => sent(Buffer.alloc(INGEST_LIMITS.maxBytes + 1, ' '), 'identity')(held),
      ],
      [
        `${format} that unzips to 60 MB`,
        '413 body-too-large',
        (held) => sent(gzipSync(Buffer.alloc(60_000_000, ' ')), 'gzip')(held),
      ],
      [`${format} in deflate`, '415 unsupported-encoding', sent(gzipSync('{}'), 'deflate')],
    ];
  }),
];

/** Fields that decide who calls or what is theirs, wherever another product takes them from bodies. */
const OWNERSHIP: Readonly<Record<string, unknown>> = {
  tenant: THEIRS,
  tenantId: THEIRS,
  role: 'admin',
  keyId: 'aaaaaaaaaaaa',
  createdBy: { kind: 'operator', name: 'root' },
};

/** SCIM ignores attributes that it does not know (RFC 7644, section 3.3). */
export const isScim = (path: string): boolean => path.startsWith('/v1/scim/');

/** Documents of others, of which a part is read. */
const OPEN = new Set(['recordTraces', 'receiveAlertmanager']);

const strict = parsed.filter(([id, { path }]) => !OPEN.has(id) && !isScim(path));

export const massAssignment: readonly Row[] = [
  ...strict.flatMap(([id, operation]) =>
    Object.entries(OWNERSHIP).map(
      ([field, value]): Row => [
        `${id} with ${field}`,
        '400 invalid-request',
        (held) => send(held, operation, JSON.stringify({ ...GOOD_BODIES[id as Id], [field]: value })),
      ],
    ),
  ),
  ...strict.map(
    ([id, operation]): Row => [
      `${id} with __proto__`,
      '400 invalid-request',
      (held) =>
        send(
          held,
          operation,
          JSON.stringify(GOOD_BODIES[id as Id]).replace('{', '{"__proto__":{"tenantId":"x"},'),
        ),
    ],
  ),
  ...(['approve', 'admin', '*', '__proto__'] as const).flatMap((scope): readonly Row[] => [
    [
      `a key with the scope ${scope}`,
      '400 invalid-request',
      (held) =>
        send(held, OPERATIONS.createApiKey, JSON.stringify({ name: 'more', scopes: ['read', scope] })),
    ],
    [
      `a token with the scope ${scope}`,
      '400 invalid-request',
      (held) => send(held, OPERATIONS.createAccessToken, JSON.stringify({ scopes: ['read', scope] })),
    ],
  ]),
  [
    'a token that may manage keys',
    '400 invalid-request',
    (held) => send(held, OPERATIONS.createAccessToken, '{"scopes":["administer"]}'),
  ],
  [
    'a token of a reader that may operate',
    '403 forbidden',
    (held) => ({
      ...send(held, OPERATIONS.createAccessToken, '{"scopes":["operate"]}'),
      headers: [['authorization', `Bearer ${held.reader}`], json],
    }),
  ],
  [
    'metrics of another tenant',
    '403 tenant-mismatch',
    (held) =>
      withBearer(held.key, '/v1/ingest/json', {
        ...{ method: 'POST', body: JSON.stringify({ tenant: THEIRS, points: [] }) },
      }),
  ],
  [
    'a CSV of another tenant',
    '403 tenant-mismatch',
    (held) => ({
      ...{ method: 'POST', path: '/v1/ingest/csv' },
      headers: [
        ['authorization', `Bearer ${held.key}`],
        ['content-type', 'text/csv'],
      ],
      body: `timestamp,target,metric,value,tenant\n1795978800,a,m,1,${THEIRS}\n`,
    }),
  ],
];
