import { setTimeout as wait } from 'node:timers/promises';
import type { ApiClient } from '../cli/api-client/api-client.ts';
import { toIngestBodies } from '../core/simulator/ingest-body.ts';
import { collectHostMetrics } from './replay/host-metrics.ts';
import { replay } from './replay/replay-fleet.ts';

const EVERY_MILLISECONDS = 15_000;

/** Sends one measurement of this machine. */
export const sendHostMetrics = async (client: ApiClient): Promise<void> => {
  await replay(client, toIngestBodies(await collectHostMetrics(), 1000));
};

/** Sends live metrics of this machine every 15 s until aborted. A failed push is reported and does not stop the stream. */
export const streamHostMetrics = async (
  client: ApiClient,
  signal: AbortSignal,
  say: (detail: string) => void,
): Promise<void> => {
  while (!signal.aborted) {
    try {
      await sendHostMetrics(client);
    } catch (error) {
      if (!signal.aborted) say(`live metrics of this machine were not sent: ${String(error)}`);
    }
    await wait(EVERY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
};
