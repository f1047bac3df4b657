/** The secret with which Forestall signs the webhooks of an integration; the receiver takes it by a webhook, too. */
import { createHash } from 'node:crypto';
import { RotationRefusedError } from './errors.ts';
import { formatKey, KEY_BYTES, type KeyRing, type KeyVersion, parseKey } from './key-ring.ts';
import { outboundSecret, signOutbound } from './outbound-webhook.ts';
import type { RotatedCredential, WebhookReceiver } from './ports.ts';
import type { Random } from './vault.ts';

export interface OutboundCredentialDeps {
  readonly receiver: WebhookReceiver;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Types of the webhooks that a rotation sends. A receiver acts on no other effect of them. */
const SECRETS_CHANGED = 'forestall.secrets.changed';
const SECRET_TESTED = 'forestall.secrets.tested';

interface Message {
  readonly type: string;
  readonly secrets?: readonly string[];
}

/** The status with which the receiver answers a message. The same message has the same id. */
const deliver = async (
  { receiver, now }: OutboundCredentialDeps,
  ring: Pick<KeyRing, 'current'>,
  message: Message,
): Promise<number> => {
  const body = JSON.stringify(message);
  const digest = createHash('sha256').update(`${ring.current.key} ${body}`).digest('hex');
  const webhook = { id: `forestall-${digest.slice(0, 32)}`, seconds: Math.floor(now() / 1000), body };
  return receiver.deliver(signOutbound(ring, webhook), body);
};

const isAccepted = (status: number): boolean => status >= 200 && status < 300;

/** The receiver replaces its secrets by these two, so it stays right however often a rotation is cancelled. */
const announce = async (deps: OutboundCredentialDeps, pending: KeyVersion, current: KeyVersion) => {
  const secrets = [pending, current].map(outboundSecret);
  const status = await deliver(deps, { current }, { type: SECRETS_CHANGED, secrets });
  if (isAccepted(status)) return;
  throw new RotationRefusedError(
    `the receiver answered ${status} to its new secrets, which the current one signed: configure the current secret there`,
  );
};

const testOne = async (deps: OutboundCredentialDeps, version: KeyVersion): Promise<void> => {
  const status = await deliver(deps, { current: version }, { type: SECRET_TESTED });
  if (isAccepted(status)) return;
  throw new RotationRefusedError(`the receiver answered ${status} to a webhook of the ${version.id} secret`);
};

/** A receiver that accepts any signature proves nothing. */
const testUnknown = async (deps: OutboundCredentialDeps): Promise<void> => {
  const unknown = parseKey('unknown', formatKey(deps.random(KEY_BYTES), 0));
  const status = await deliver(deps, { current: unknown }, { type: SECRET_TESTED });
  if (status >= 400) return;
  throw new RotationRefusedError(
    `the receiver answered ${status} to a webhook of an unknown secret: it does not verify signatures`,
  );
};

export const outboundCredential = (deps: OutboundCredentialDeps): RotatedCredential => ({
  create: async () => formatKey(deps.random(KEY_BYTES), deps.now()),
  set: (pending, current) => announce(deps, parseKey('pending', pending), parseKey('current', current)),
  test: async (pending, current) => {
    await testOne(deps, parseKey('pending', pending));
    await testOne(deps, parseKey('current', current));
    await testUnknown(deps);
  },
});
