import * as z from 'zod';
import { makeSqsClient } from '../../../adapters/aws/clients.ts';
import { defaultPace, pause } from '../../../adapters/aws/paced-retry.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { sqsSignalSender } from '../../../adapters/incidents/signal-sender.ts';
import { dynamoResponseStore } from '../../../adapters/platform/response-store.ts';
import { apiAccess } from '../../runtime/api-access.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  INCIDENTS_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  SIGNALS_QUEUE_URL: z.string().min(1),
  TENANT_QUOTAS: QuotasJson,
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: z.string().min(1),
  TOKEN_SIGNING_SECRET_ARN: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    responses: dynamoResponseStore(table(env.REQUESTS_TABLE_NAME)),
    ...apiAccess(env),
    incidents: dynamoIncidentStore(table(env.INCIDENTS_TABLE_NAME)),
    graphs: dynamoGraphStore(table(env.INCIDENTS_TABLE_NAME)),
    signals: sqsSignalSender(makeSqsClient(), env.SIGNALS_QUEUE_URL),
    events: publisherTo(env.EVENT_BUS_NAME),
    pause: (attempt) => pause(defaultPace, attempt),
  }),
);
