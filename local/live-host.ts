import { setTimeout as wait } from 'node:timers/promises';
import type { ApiClient } from '../cli/api-client/api-client.ts';
import { toIngestBodies } from '../core/simulator/ingest-body.ts';
import { collectHostMetrics } from './replay/host-metrics.ts';
import { replay } from './replay/replay-fleet.ts';

const EVERY_MILLISECONDS = 15_000;

/** Measures this machine once and sends it. */
export const sendHostMetrics = async (client: ApiClient): Promise<void> => {
  await replay(client, toIngestBodies(await collectHostMetrics(), 1000));
};

/** Sends this machine's live metrics every 15 s until aborted; a failed push is told and the next one tried. */
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
