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

const lists = Object.values(OPERATIONS as Readonly<Record<string, Operation>>).filter(
  ({ query }) => 'cursor' in query.shape,
);

const cursorRow = (path: string, name: string, cursor: string): Row => [
  `${path} after ${name}`,
  '400 invalid-request',
  ({ key }) => withBearer(key, `${path}?cursor=${cursor}`),
];

/** The first part of a scope: the name of the list in its address. */
const scopeOf = (path: string): string => path.replace('/v1/', '').replace('forecast-runs', 'runs');

export const theirCursors: readonly Row[] = lists.flatMap(({ path }) => [
  cursorRow(path, 'a cursor of theirs', encodeCursor(`${scopeOf(path)}:${THEIRS}`, ['~', '~'])),
  cursorRow(path, 'a cursor of another list', encodeCursor(`other:${OURS}`, ['~', '~'])),
  cursorRow(
    path,
    'a cursor without its checksum',
    Buffer.from(JSON.stringify(['', THEIRS])).toString('base64url'),
  ),
]);
