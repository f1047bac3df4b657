import * as z from 'zod';
import { dynamoDeploymentStore } from '../../../adapters/changes/deployment-store.ts';
import { publisherTo } from '../../runtime/event-bus.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { table } from '../../runtime/tables.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  CHANGES_TABLE_NAME: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
});

export const handler = observe(
  makeHandler({
    changes: dynamoDeploymentStore(table(env.CHANGES_TABLE_NAME)),
    events: publisherTo(env.EVENT_BUS_NAME),
    now: Date.now,
    telemetry,
  }),
);
