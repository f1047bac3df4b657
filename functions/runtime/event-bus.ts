import { setTimeout as sleep } from 'node:timers/promises';
import { makeEventBridgeClient } from '../../adapters/aws/clients.ts';
import { eventBridgePublisher } from '../../adapters/aws/event-publisher.ts';
import type { EventPublisher } from '../../core/shared/messaging.ts';

/** Publishes to a bus; waits in real time before it tries again. */
export const publisherTo = (busName: string): EventPublisher =>
  eventBridgePublisher({
    client: makeEventBridgeClient(),
    busName,
    wait: async (ms) => {
      await sleep(ms);
    },
  });
