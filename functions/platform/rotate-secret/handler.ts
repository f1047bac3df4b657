import * as z from 'zod';
import type { PlatformEvent } from '../../../core/platform/events.ts';
import type { RotatedCredential, SecretVersions } from '../../../core/platform/secrets/ports.ts';
import { ROTATION_STEPS, rotate } from '../../../core/platform/secrets/rotate.ts';
import type { RotatedSecret } from '../../../core/platform/secrets/rotated-secrets.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { EventPublisher } from '../../../core/shared/messaging.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { isoOfMs } from '../../../core/shared/time.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps {
  readonly secrets: readonly RotatedSecret[];
  readonly versionsOf: (secret: RotatedSecret) => SecretVersions;
  readonly credentialOf: (secret: RotatedSecret) => RotatedCredential;
  readonly events: EventPublisher;
  readonly telemetry: Telemetry;
  /** The tenant that the event names. */
  readonly ownTenant: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html */
const RotationEvent = z.object({
  Step: z.enum(ROTATION_STEPS),
  SecretId: z.string(),
  ClientRequestToken: z.string().min(1),
});

/** Consumers drop a repetition by its id: it is published again if the last step is. */
const rotated = (deps: Deps, { name }: RotatedSecret, versionId: string): PlatformEvent => ({
  name: 'SecretRotated',
  source: 'forestall.platform',
  detail: {
    id: `SecretRotated/${deps.ownTenant}/${versionId}`,
    tenantId: deps.ownTenant,
    occurredAt: isoOfMs(deps.now()),
    ...{ secret: name, versionId },
  },
});

/** Executes one step of a rotation; Secrets Manager invokes it four times. */
export const makeHandler = (deps: Deps) => async (event: unknown) => {
  const { Step: step, SecretId, ClientRequestToken: versionId } = parseInput(RotationEvent, event);
  const secret = deps.secrets.find(({ arn }) => arn === SecretId);
  if (secret === undefined) throw new InvalidInputError(`no rotation is known for the secret ${SecretId}`);
  const versions = deps.versionsOf(secret);
  const state = await rotate({ versions, credential: deps.credentialOf(secret) }, { step, versionId });
  deps.telemetry.info('rotation step done', { secret: secret.name, step, versionId, state });
  if (step !== 'finishSecret') return;
  await deps.events.publish([rotated(deps, secret, versionId)]);
  deps.telemetry.count('SecretRotated');
};
