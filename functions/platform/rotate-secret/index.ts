import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { makeSecretsManagerClient } from '../../../adapters/aws/clients.ts';
import { secretsManagerVersions } from '../../../adapters/platform/secret-versions.ts';
import { dynamoVaultStore } from '../../../adapters/platform/vault-store.ts';
import type { RotatedCredential } from '../../../core/platform/secrets/ports.ts';
import type { RotatedSecret } from '../../../core/platform/secrets/rotated-secrets.ts';
import { signingCredential } from '../../../core/platform/secrets/signing-credential.ts';
import { vaultCredential } from '../../../core/platform/secrets/vault-credential.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { RotatedSecretsJson } from '../../runtime/rotated-secrets-json.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  ROTATION_TARGETS: RotatedSecretsJson,
  OWN_TENANT_ID: TenantId,
  EVENT_BUS_NAME: z.string().min(1),
  VAULT_TABLE_NAME: z.string().min(1).optional(),
});

const client = makeSecretsManagerClient();

const settings = { random: randomBytes, now: Date.now };
const versionsOf = ({ arn }: RotatedSecret) => secretsManagerVersions({ client, secretId: arn });

const vaultTable = (): string => {
  if (env.VAULT_TABLE_NAME !== undefined) return env.VAULT_TABLE_NAME;
  throw new ConfigurationError(
    'Environment: VAULT_TABLE_NAME is missing, and the secret of the vault rotates',
  );
};

const CREDENTIALS: Readonly<Record<RotatedSecret['kind'], (secret: RotatedSecret) => RotatedCredential>> = {
  signing: () => signingCredential(settings),
  vault: (secret) =>
    vaultCredential({
      ...settings,
      versions: versionsOf(secret),
      store: dynamoVaultStore(table(vaultTable())),
    }),
};

export const handler = observe(
  makeHandler({
    secrets: env.ROTATION_TARGETS,
    versionsOf,
    credentialOf: (secret) => CREDENTIALS[secret.kind](secret),
    events: publisherTo(env.EVENT_BUS_NAME),
    telemetry,
    ownTenant: env.OWN_TENANT_ID,
    now: Date.now,
  }),
);
