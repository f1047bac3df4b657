import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { makeSecretsManagerClient } from '../../../adapters/aws/clients.ts';
import { secretsManagerRings } from '../../../adapters/platform/key-rings.ts';
import { dynamoVaultStore } from '../../../adapters/platform/vault-store.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  VAULT_SECRET_ARN: z.string().min(1),
  VAULT_TABLE_NAME: z.string().min(1),
});

/** The function times out after five minutes. */
const MAX_RUN_MS = 4 * 60_000;

export const handler = observe(
  makeHandler({
    rings: secretsManagerRings({
      client: makeSecretsManagerClient(),
      secretId: env.VAULT_SECRET_ARN,
      now: Date.now,
      telemetry,
    }),
    store: dynamoVaultStore(table(env.VAULT_TABLE_NAME)),
    random: randomBytes,
    telemetry,
    now: Date.now,
    maxRunMs: MAX_RUN_MS,
  }),
);
