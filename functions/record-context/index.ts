import * as z from 'zod';
import { makeDocumentClient } from '../../adapters/clients.ts';
import { dynamoApiKeyStore } from '../../adapters/dynamodb/api-key-store.ts';
import { dynamoSettingsStore } from '../../adapters/dynamodb/settings-store.ts';
import { authenticate } from '../shared/authenticate.ts';
import { observe, telemetry } from '../shared/observe.ts';
import { readEnv } from '../shared/read-env.ts';
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
