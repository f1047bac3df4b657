/** Webhooks: replayed, stale, badly signed, and signed for something else. */

import { deriveKey } from '../../../../core/platform/secrets/key-ring.ts';
import {
  signWebhook,
  slackMac,
  standardMac,
  webhookSecret,
} from '../../../../core/platform/secrets/webhook-signature.ts';
import { type Held, OURS, THEIRS } from './held.ts';
import { json, type Row, type Sent } from './row.ts';

const BODY = JSON.stringify({ target: 'our-host', summary: 'version 41', kind: 'configuration' });
const now = () => Math.floor(Date.now() / 1000);
let made = 0;

interface Hook {
  /** Signed with the secret of this tenant. */
  readonly signedFor?: string;
  readonly sentTo?: string;
  readonly id?: string;
  readonly time?: string;
  readonly signed?: string;
  readonly sent?: string | Uint8Array;
  /** Headers instead of the right ones; undefined: without. */
  readonly instead?: Readonly<Record<string, string | undefined>>;
  readonly method?: string;
}

const sentWith = (headers: Readonly<Record<string, string | undefined>>, hook: Hook): Sent => ({
  method: hook.method ?? 'POST',
  path: `/v1/webhooks/${hook.sentTo ?? OURS}/changes`,
  headers: [
    json,
    ...Object.entries({ ...headers, ...hook.instead }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  ],
  body: hook.sent ?? hook.signed ?? BODY,
});

/** A webhook that is right but for what `hook` says. */
const standard = ({ ring }: Held, hook: Hook = {}): Sent => {
  const { signedFor = OURS, id = `hostile-${made++}`, time = String(now()), signed = BODY } = hook;
  const mac = standardMac(deriveKey(ring.current, 'webhook', signedFor), id, time, signed);
  return sentWith(
    {
      'webhook-id': id,
      'webhook-timestamp': time,
      'webhook-signature': `v1,${mac.toString('base64')}`,
    },
    hook,
  );
};

/** As Slack signs. */
const slack = ({ ring }: Held, hook: Hook = {}): Sent => {
  const { signedFor = OURS, time = String(now()), signed = BODY } = hook;
  const mac = slackMac(webhookSecret(ring.current, signedFor), time, signed);
  return sentWith(
    { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${mac.toString('hex')}` },
    hook,
  );
};

/** A good webhook of each scheme, which the suite sends first. */
export const goodWebhooks = (held: Held): readonly Sent[] => [
  standard(held, { id: 'hostile-original' }),
  slack(held),
];

type Scheme = typeof standard;
type HookRow = readonly [name: string, hook: Hook | ((held: Held) => Hook)];

const STALE = 301;
const wrong = (scheme: Scheme, rows: readonly HookRow[]): readonly Row[] =>
  rows.map(([name, hook]) => [
    name,
    '401 invalid-signature',
    (held) => scheme(held, typeof hook === 'function' ? hook(held) : hook),
  ]);

/** What is wrong with a webhook of either scheme. */
const either = (): readonly HookRow[] => [
  ['five minutes late', { time: String(now() - STALE) }],
  ['a day late, as a replay would be', { time: String(now() - 86_400) }],
  ['a day early', { time: String(now() + 86_400) }],
  ['with a time in milliseconds', { time: String(now() * 1000) }],
  ['with a negative time', { time: String(-now()) }],
  ['with a time in hexadecimal', { time: `0x${now().toString(16)}` }],
  ['with a time of digits and a blank', { time: `${now()} 0` }],
  ['with the time NaN', { time: 'NaN' }],
  ['with the time Infinity', { time: 'Infinity' }],
  ['with an altered body', { sent: BODY.replace('41', '42') }],
  ['with a longer body', { sent: `${BODY} ` }],
  ['without its body', { sent: '' }],
  ['signed for another tenant', { signedFor: THEIRS }],
  ['sent to another tenant', { sentTo: THEIRS }],
  ['sent to an unknown tenant', { sentTo: 'no-such-tenant' }],
  ['sent to a tenant in capitals', { sentTo: OURS.toUpperCase() }],
  ['sent to a tenant that is encoded twice', { sentTo: `%25${OURS}` }],
];

const signatureOf = (held: Held, id: string, time: string): string =>
  standard(held, { id, time }).headers?.find(([name]) => name === 'webhook-signature')?.[1] ?? '';

export const standardWebhooks: readonly Row[] = [
  ...wrong(standard, [
    ...either(),
    ['without a signature', { instead: { 'webhook-signature': undefined } }],
    ['without an id', { instead: { 'webhook-id': undefined } }],
    ['without a time', { instead: { 'webhook-timestamp': undefined } }],
    ['with another id', { instead: { 'webhook-id': 'another' } }],
    ['with another time', () => ({ instead: { 'webhook-timestamp': String(now() - 5) } })],
    ['with an empty signature', { instead: { 'webhook-signature': '' } }],
    ['with a signature of no bytes', { instead: { 'webhook-signature': 'v1,' } }],
    ['with a signature of zeros', { instead: { 'webhook-signature': `v1,${'A'.repeat(43)}=` } }],
    ['with an id of a blank', { id: 'a b' }],
    ['with an id of 129 characters', { id: 'x'.repeat(129) }],
    ...(
      [
        ['of version 2', (text: string) => text.replace('v1,', 'v2,')],
        ['of the asymmetric scheme', (text: string) => text.replace('v1,', 'v1a,')],
        ['without a version', (text: string) => text.replace('v1,', '')],
        ['in base64url', (text: string) => text.replace(/\/|\+|=/g, '_')],
        ['in hexadecimal', (text: string) => `v1,${Buffer.from(text.slice(3), 'base64').toString('hex')}`],
        ['cut short', (text: string) => text.slice(0, -4)],
        ['with a part more', (text: string) => `${text},v1`],
        ['after five others', (text: string) => `${'v1,x '.repeat(5)}${text}`],
      ] as const
    ).map(
      ([name, change]): HookRow => [
        `with a signature ${name}`,
        (held) => {
          const [id, time] = [`hostile-${made++}`, String(now())];
          return { id, time, instead: { 'webhook-signature': change(signatureOf(held, id, time)) } };
        },
      ],
    ),
    [
      'with an API key instead',
      ({ key }) => ({
        instead: { 'webhook-signature': undefined, authorization: `Bearer ${key}` },
      }),
    ],
    [
      'with the secret itself',
      ({ ring }) => ({
        instead: { 'webhook-signature': webhookSecret(ring.current, OURS) },
      }),
    ],
  ]),
  [
    'with the key of API tokens',
    '401 invalid-signature',
    ({ ring }) => {
      const [id, time] = ['hostile-api', String(now())];
      const mac = standardMac(deriveKey(ring.current, 'api', OURS), id, time, BODY);
      return sentWith(
        {
          'webhook-id': id,
          'webhook-timestamp': time,
          'webhook-signature': `v1,${mac.toString('base64')}`,
        },
        {},
      );
    },
  ],
  [
    'of another deployment',
    '401 invalid-signature',
    ({ ring }) =>
      sentWith(
        signWebhook({ ...ring.current, key: Buffer.alloc(48, 7).toString('base64url') }, OURS, {
          ...{ id: 'hostile-foreign', seconds: now(), body: BODY },
        }),
        {},
      ),
  ],
  [
    'replayed with another body',
    '422 idempotency-key-reused',
    (held) => standard(held, { id: 'hostile-original', signed: BODY.replace('41', '42') }),
  ],
  ['of no JSON', '400 invalid-request', (held) => standard(held, { signed: '{' })],
  ['of an empty body', '400 invalid-request', (held) => standard(held, { signed: ' ' })],
  ['of null', '400 invalid-request', (held) => standard(held, { signed: 'null' })],
  [
    'of 60,000 levels',
    '422 invalid-content',
    (held) => standard(held, { signed: `${'['.repeat(60_000)}${']'.repeat(60_000)}` }),
  ],
  [
    'of a change of another tenant',
    '400 invalid-request',
    (held) => standard(held, { signed: JSON.stringify({ ...JSON.parse(BODY), tenantId: THEIRS }) }),
  ],
  ['with another method', '405 method-not-allowed', (held) => standard(held, { method: 'PUT' })],
];

export const slackWebhooks: readonly Row[] = wrong(slack, [
  ...either(),
  ['without a signature', { instead: { 'x-slack-signature': undefined } }],
  ['without a time', { instead: { 'x-slack-request-timestamp': undefined } }],
  ['with another time', () => ({ instead: { 'x-slack-request-timestamp': String(now() - 5) } })],
  ['with an empty signature', { instead: { 'x-slack-signature': '' } }],
  ['with a signature of zeros', { instead: { 'x-slack-signature': `v0=${'0'.repeat(64)}` } }],
  [
    'with a signature in base64',
    { instead: { 'x-slack-signature': `v0=${Buffer.alloc(32).toString('base64')}` } },
  ],
  ['with a token of the old scheme', { instead: { 'x-slack-signature': undefined }, signed: 'token=x' }],
]);
