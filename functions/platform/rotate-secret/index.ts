import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { makeSecretsManagerClient } from '../../../adapters/aws/clients.ts';
import { httpTokenIssuer } from '../../../adapters/platform/integrations/http-token-issuer.ts';
import { httpWebhookReceiver } from '../../../adapters/platform/integrations/http-webhook-receiver.ts';
import { secretsManagerVersions } from '../../../adapters/platform/secret-versions.ts';
import { dynamoVaultStore } from '../../../adapters/platform/vault-store.ts';
import { outboundCredential } from '../../../core/platform/secrets/outbound-credential.ts';
import type { RotatedCredential } from '../../../core/platform/secrets/ports.ts';
import type { IntegrationSecret, RotatedSecret } from '../../../core/platform/secrets/rotated-secrets.ts';
import { signingCredential } from '../../../core/platform/secrets/signing-credential.ts';
import { tokenCredential } from '../../../core/platform/secrets/token-credential.ts';
import { vaultCredential } from '../../../core/platform/secrets/vault-credential.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { sharedBreakers } from '../../runtime/breakers.ts';
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
  REQUESTS_TABLE_NAME: z.string().min(1),
});

const events = publisherTo(env.EVENT_BUS_NAME);
const breakers = sharedBreakers(env, events);

const client = makeSecretsManagerClient();

const settings = { random: randomBytes, now: Date.now };
const versionsOf = ({ arn }: RotatedSecret) => secretsManagerVersions({ client, secretId: arn });

const vaultTable = (): string => {
  if (env.VAULT_TABLE_NAME !== undefined) return env.VAULT_TABLE_NAME;
  throw new ConfigurationError(
    'Environment: VAULT_TABLE_NAME is missing, and the secret of the vault rotates',
  );
};

/** Another deployment may use the same issuer: each revokes its own tokens only. */
const tokenPrefix = (name: string, arn: string): string =>
  `forestall-${name}-${createHash('sha256').update(arn).digest('hex').slice(0, 8)}-`;

const integrationCredential = ({ arn, integration }: IntegrationSecret): RotatedCredential => {
  const breaker = breakers.integration(integration.name);
  return integration.kind === 'signed-webhook'
    ? outboundCredential({ ...settings, receiver: httpWebhookReceiver(integration, breaker) })
    : tokenCredential({
        ...settings,
        prefix: tokenPrefix(integration.name, arn),
        issuer: httpTokenIssuer(integration, breaker),
      });
};

const credentialOf = (secret: RotatedSecret): RotatedCredential => {
  if (secret.kind === 'integration') return integrationCredential(secret);
  if (secret.kind === 'signing') return signingCredential(settings);
  const store = dynamoVaultStore(table(vaultTable()));
  return vaultCredential({ ...settings, versions: versionsOf(secret), store });
};

export const handler = observe(
  makeHandler({
    secrets: env.ROTATION_TARGETS,
    versionsOf,
    credentialOf,
    events,
    telemetry,
    ownTenant: env.OWN_TENANT_ID,
    now: Date.now,
  }),
);
