import { setTimeout as sleep } from 'node:timers/promises';
import { makeEventBridgeClient } from '../../adapters/clients.ts';
import { eventBridgePublisher } from '../../adapters/eventbridge/event-publisher.ts';
import type { EventPublisher } from '../../core/ports/messaging.ts';

/** Publishes to a bus; waits in real time before it tries again. */
export const publisherTo = (busName: string): EventPublisher =>
  eventBridgePublisher({
    client: makeEventBridgeClient(),
    busName,
    wait: async (ms) => {
      await sleep(ms);
    },
  });
