import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { makeSecretsManagerClient } from '../../../adapters/aws/clients.ts';
import { secretsManagerVersions } from '../../../adapters/platform/secret-versions.ts';
import type { RotatedCredential } from '../../../core/platform/secrets/ports.ts';
import type { RotatedSecret } from '../../../core/platform/secrets/rotated-secrets.ts';
import { signingCredential } from '../../../core/platform/secrets/signing-credential.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { RotatedSecretsJson } from '../../runtime/rotated-secrets-json.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  ROTATION_TARGETS: RotatedSecretsJson,
  OWN_TENANT_ID: TenantId,
  EVENT_BUS_NAME: z.string().min(1),
});

const client = makeSecretsManagerClient();

const CREDENTIALS: Readonly<Record<RotatedSecret['kind'], () => RotatedCredential>> = {
  signing: () => signingCredential({ random: randomBytes, now: Date.now }),
};

export const handler = observe(
  makeHandler({
    secrets: env.ROTATION_TARGETS,
    versionsOf: ({ arn }) => secretsManagerVersions({ client, secretId: arn }),
    credentialOf: ({ kind }) => CREDENTIALS[kind](),
    events: publisherTo(env.EVENT_BUS_NAME),
    telemetry,
    ownTenant: env.OWN_TENANT_ID,
    now: Date.now,
  }),
);
