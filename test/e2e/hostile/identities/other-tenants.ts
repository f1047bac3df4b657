/** Ids and cursors of another tenant. `test/e2e/isolation.test.ts` compares each answer with that for an unknown id. */
import { OPERATIONS } from '../../../../core/api/operations.ts';
import type { Operation } from '../../../../core/platform/api/operation.ts';
import { encodeCursor } from '../../../../core/shared/cursor.ts';
import { type Held, OURS, THEIRS } from './held.ts';
import { command, type Row, withBearer } from './row.ts';

const read = (name: string, pathOf: (held: Held) => string): Row => [
  ...([name, '404 not-found', (held: Held) => withBearer(held.key, pathOf(held))] as const),
];

const METRIC = '?metric=cpu_percent';

export const theirIds: readonly Row[] = [
  read('their series', ({ theirs }) => `/v1/targets/${theirs.targetId}/series${METRIC}`),
  read('their forecast', ({ theirs }) => `/v1/targets/${theirs.targetId}/forecast${METRIC}`),
  read('their trends', ({ theirs }) => `/v1/targets/${theirs.targetId}/trends${METRIC}`),
  read('their baseline', ({ theirs }) => `/v1/targets/${theirs.targetId}/baseline${METRIC}`),
  read('their change', ({ theirs }) => `/v1/changes/${theirs.changeId}`),
  read('their run', ({ theirs }) => `/v1/forecast-runs/${theirs.runId}`),
  [
    'their key, revoked',
    '404 not-found',
    ({ key, theirs }) => withBearer(key, `/v1/api-keys/${theirs.keyId}`, { method: 'DELETE' }),
  ],
  [
    'their key, rotated',
    '404 not-found',
    ({ key, theirs }) => command(key, 'POST', `/v1/api-keys/${theirs.keyId}/rotate`, {}),
  ],
  [
    'their key with their name, revoked',
    '400 invalid-request',
    ({ key, theirs }) => withBearer(key, `/v1/api-keys/${THEIRS}_${theirs.keyId}`, { method: 'DELETE' }),
  ],
  [
    'their change by its stored key',
    '400 invalid-request',
    ({ key, theirs }) => withBearer(key, `/v1/changes/T%23${THEIRS}%23${theirs.changeId}`),
  ],
];

/** A list of the API, as its cursors name it, with a position between two of its items. */
interface ListCursors {
  readonly scope: string;
  readonly position: readonly (string | number)[];
}

const CURSORS: Readonly<Record<string, ListCursors>> = {
  '/v1/anomalies': {
    scope: 'anomalies',
    position: [`ANOMALY#${new Date().toISOString().slice(0, 19)}Z#our-host#cpu_percent`],
  },
  '/v1/api-keys': { scope: 'api-keys', position: ['abcdefghij27'] },
  '/v1/breaches': { scope: 'breaches', position: [40, 'BREACH#our-host#cpu_percent'] },
  '/v1/breakers': { scope: 'breakers', position: ['x'] },
  '/v1/decisions': { scope: 'decisions', position: ['x'] },
  '/v1/changes': { scope: 'changes', position: ['2026-11-21T10:05:00Z#a-change'] },
  '/v1/forecast-runs': { scope: 'runs', position: ['2026-11-21T10-05-00Z-abcd'] },
  '/v1/incidents': { scope: 'incidents', position: ['2026-11-21T10-05-00Z-abcd'] },
  '/v1/remediations': { scope: 'remediations', position: ['x'] },
  '/v1/targets': { scope: 'targets', position: ['our-host'] },
};

/** Addresses of the operations that return pages. */
export const LIST_PATHS: readonly string[] = Object.values(OPERATIONS as Readonly<Record<string, Operation>>)
  .filter(({ query }) => 'cursor' in query.shape)
  .map(({ path }) => path);

/**
 * A cursor of a list of a tenant, as the API makes it.
 * @param list default: the list of the address
 */
export const cursorOf = (path: string, tenantId: string, list?: string): string => {
  const own = CURSORS[path];
  if (own === undefined) throw new Error(`no cursor of ${path}: add its scope and a position`);
  return encodeCursor(`${list ?? own.scope}:${tenantId}`, own.position);
};

const cursorRow = (path: string, name: string, cursor: string): Row => [
  `${path} after ${name}`,
  '400 invalid-request',
  ({ key }) => withBearer(key, `${path}?cursor=${cursor}`),
];

const withoutChecksum = (path: string): string => {
  const [, ...position] = JSON.parse(Buffer.from(cursorOf(path, OURS), 'base64url').toString());
  return Buffer.from(JSON.stringify(['', ...position])).toString('base64url');
};

/** Each cursor would be accepted with our tenant, its own list and its checksum: `hostile-identities.test.ts` tries that. */
export const theirCursors: readonly Row[] = LIST_PATHS.flatMap((path) => [
  cursorRow(path, 'a cursor of theirs', cursorOf(path, THEIRS)),
  cursorRow(path, 'a cursor of another list', cursorOf(path, OURS, 'other')),
  cursorRow(path, 'a cursor without its checksum', withoutChecksum(path)),
]);
