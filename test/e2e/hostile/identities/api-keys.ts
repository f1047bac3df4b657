/** API keys, and operations without the permission that they need. */
import { createHash } from 'node:crypto';
import { OPERATIONS } from '../../../../core/api/operations.ts';
import type { Operation } from '../../../../core/platform/api/operation.ts';
import type { Held } from './held.ts';
import { command, type Row, type Sent, withBearer } from './row.ts';

const swap = (key: string, part: 1 | 2 | 3, by: string): string => {
  const [prefix, tenant, id, ...secret] = key.split('_');
  const parts = [prefix, tenant, id, secret.join('_')];
  parts[part] = by;
  return parts.join('_');
};

const partOf = (key: string, part: 1 | 2): string => key.split('_')[part] ?? '';
const secretOf = (key: string): string => key.slice(-43);

const key = (name: string, make: (held: Held) => string): Row => [
  ...([name, '401 unauthorized', (held: Held) => withBearer(make(held))] as const),
];

export const apiKeys: readonly Row[] = [
  key('revoked', ({ revoked }) => revoked),
  key('expired', ({ expired }) => expired),
  key('replaced, after its overlap', ({ replaced }) => replaced),
  key('without a secret', (held) => held.key.slice(0, -43)),
  key('with a shorter secret', (held) => held.key.slice(0, -1)),
  key('with a longer secret', (held) => `${held.key}A`),
  key('with another last character', (held) =>
    held.key.endsWith('A') ? `${held.key.slice(0, -1)}B` : `${held.key.slice(0, -1)}A`,
  ),
  key('with padding', (held) => `${held.key}=`),
  key('with the secret of another tenant', (held) => swap(held.key, 3, secretOf(held.theirKey))),
  key('with the id of a key of another tenant', (held) => swap(held.key, 2, partOf(held.theirKey, 2))),
  key('with the name of another tenant', (held) => swap(held.key, 1, partOf(held.theirKey, 1))),
  key('of another tenant with our name', (held) => swap(held.theirKey, 1, partOf(held.key, 1))),
  key('with the id of another key of its tenant', (held) => swap(held.key, 2, partOf(held.reader, 2))),
  key('in capitals', (held) => held.key.toUpperCase()),
  key('with a prefix in capitals', (held) => held.key.replace('fsk_', 'FSK_')),
  key('without its prefix', (held) => held.key.replace('fsk_', '')),
  key('as the hash that is stored', (held) => createHash('sha256').update(held.key).digest('hex')),
  key('in base64', (held) => Buffer.from(held.key).toString('base64')),
  key('percent-encoded', (held) => held.key.replaceAll('_', '%5F')),
  key('with a path for a tenant', (held) => swap(held.key, 1, `../${partOf(held.key, 1)}`)),
  key('with a # in its id', (held) => swap(held.key, 2, `${partOf(held.key, 2).slice(0, -1)}#`)),
  key('with a null byte for an id', (held) => swap(held.key, 2, '%00')),
  key('with a wildcard for an id', (held) => swap(held.key, 2, '*')),
  key('twice', (held) => `${held.key}${held.key}`),
  key('followed by another', (held) => `${held.key},${held.theirKey}`),
  key('of 6,000 characters', (held) => swap(held.key, 3, 'A'.repeat(6_000))),
  ['in the query', '401 unauthorized', (held) => ({ path: `/v1/targets?api_key=${held.key}` })],
  ['as access_token', '401 unauthorized', (held) => ({ path: `/v1/targets?access_token=${held.key}` })],
  [
    'in a cookie',
    '401 unauthorized',
    (held) => ({ path: '/v1/targets', headers: [['cookie', `authorization=Bearer ${held.key}`]] }),
  ],
  [
    'as the name of a user',
    '401 unauthorized',
    (held) => ({
      path: '/v1/targets',
      headers: [['authorization', `Basic ${Buffer.from(`${held.key}:`).toString('base64')}`]],
    }),
  ],
  [
    'without a scheme',
    '401 unauthorized',
    (held) => ({ path: '/v1/targets', headers: [['authorization', held.key]] }),
  ],
  [
    'in a body',
    '401 unauthorized',
    (held) => ({
      ...{ method: 'POST', path: '/v1/tokens', headers: [['content-type', 'application/json']] },
      body: JSON.stringify({ apiKey: held.key }),
    }),
  ],
  [
    'with a scope that its creator lacks',
    '403 forbidden',
    (held) => command(held.administrator, 'POST', '/v1/api-keys', { name: 'more', scopes: ['operate'] }),
  ],
  [
    'rotated by a caller who lacks its scopes',
    '403 forbidden',
    (held) => command(held.administrator, 'POST', `/v1/api-keys/${held.ids.keyId}/rotate`, {}),
  ],
];

const operations: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);

/** A request of an operation; its ids exist nowhere. */
const requestOf = ({ method, path, body }: Operation): Sent => ({
  ...{ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, 'aaaaaaaaaaaa') },
  ...(body === undefined ? {} : { body: '{}' }),
});

/** Each operation without a caller, and with a caller who may only read or only administer. */
export const permissions: readonly Row[] = operations
  .filter(([, { needs }]) => needs !== 'none')
  .flatMap(([id, operation]): readonly Row[] => {
    const sent = requestOf(operation);
    const other = operation.needs === 'read' ? 'administrator' : 'reader';
    return [
      [`${id} without a credential`, '401 unauthorized', () => sent],
      [`${id} by a ${other}`, '403 forbidden', (held) => withBearer(held[other], sent.path, sent)],
    ];
  });
