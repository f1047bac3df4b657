import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { makeDocumentClient, makeEventBridgeClient } from '../../adapters/clients.ts';
import { dynamoDeploymentStore } from '../../adapters/dynamodb/deployment-store.ts';
import { eventBridgePublisher } from '../../adapters/eventbridge/event-publisher.ts';
import { observe, telemetry } from '../shared/observe.ts';
import { readEnv } from '../shared/read-env.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  REGISTRY_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    changes: dynamoDeploymentStore({
      client: makeDocumentClient(),
      tableName: env.REGISTRY_TABLE_NAME,
      now: Date.now,
    }),
    events: eventBridgePublisher({
      client: makeEventBridgeClient(),
      busName: env.EVENT_BUS_NAME,
      wait: async (ms) => {
        await sleep(ms);
      },
    }),
    now: Date.now,
    telemetry,
  }),
);
