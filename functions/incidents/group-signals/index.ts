import * as z from 'zod';
import { makeSqsClient } from '../../../adapters/aws/clients.ts';
import { defaultPace, pause } from '../../../adapters/aws/paced-retry.ts';
import { sqsDeadLetters } from '../../../adapters/aws/sqs-dead-letters.ts';
import { dynamoChangeStore } from '../../../adapters/incidents/change-store.ts';
import { cachedFleetSizes, dynamoFleetSizes } from '../../../adapters/incidents/fleet-sizes.ts';
import { dynamoGraphStore } from '../../../adapters/incidents/graph-store.ts';
import { dynamoIncidentStore } from '../../../adapters/incidents/incident-store.ts';
import { sqsSignalSender } from '../../../adapters/incidents/signal-sender.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  TARGETS_TABLE_NAME: z.string().min(1),
  INCIDENTS_TABLE_NAME: z.string().min(1),
  CHANGES_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  SIGNALS_QUEUE_URL: z.string().min(1),
  DEAD_LETTERS_QUEUE_URL: z.string().min(1),
  OWN_TENANT_ID: TenantId,
});
const sqs = makeSqsClient();

export const handler = observe(
  makeHandler({
    incidents: dynamoIncidentStore(table(env.INCIDENTS_TABLE_NAME)),
    graphs: dynamoGraphStore(table(env.INCIDENTS_TABLE_NAME)),
    changes: dynamoChangeStore(table(env.CHANGES_TABLE_NAME)),
    fleets: cachedFleetSizes(dynamoFleetSizes(table(env.TARGETS_TABLE_NAME)), Date.now),
    signals: sqsSignalSender(sqs, env.SIGNALS_QUEUE_URL),
    deadLetters: sqsDeadLetters(sqs, env.DEAD_LETTERS_QUEUE_URL),
    events: publisherTo(env.EVENT_BUS_NAME),
    ownTenant: env.OWN_TENANT_ID,
    telemetry,
    now: Date.now,
    pause: (attempt) => pause(defaultPace, attempt),
  }),
);
