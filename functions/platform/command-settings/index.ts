import * as z from 'zod';
import { makeDocumentClient } from '../../../adapters/aws/clients.ts';
import { dynamoApiKeyStore } from '../../../adapters/platform/api-key-store.ts';
import { dynamoSettingsStore } from '../../../adapters/platform/settings-store.ts';
import { authenticate } from '../../runtime/authenticate.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({ REGISTRY_TABLE_NAME: z.string().min(1) });
const client = makeDocumentClient();
const tableName = env.REGISTRY_TABLE_NAME;

export const handler = observe(
  makeHandler({
    authenticate: authenticate({ keys: dynamoApiKeyStore(client, tableName), now: Date.now }),
    settings: dynamoSettingsStore({ client, tableName }),
    telemetry,
  }),
);
