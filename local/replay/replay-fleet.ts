import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { IngestTotals } from '../../cli/api-client/ingest-totals.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import type { IngestBody } from '../../core/simulator/ingest-body.ts';

/** Points per request that keep a body far below 5 MB gzipped and 200,000 points. */
export const REPLAY_POINTS_PER_BODY = 25_000;

export interface ReplayOptions {
  /** Requests at a time; default 4. */
  readonly concurrency?: number;
  /** Told after each accepted request how many points it carried. */
  readonly onProgress?: (points: number) => void;
}

/**
 * Sends ingest bodies through the HTTP API, gzipped, taking each from the iterable only when it is due. Retries are
 * the client's. @throws ApiRequestError, ApiUnreachableError on the first request that stays unsuccessful
 */
export const replay = async (
  client: Pick<ApiClient, 'ingest'>,
  bodies: Iterable<IngestBody>,
  { concurrency = 4, onProgress }: ReplayOptions = {},
): Promise<IngestTotals> => {
  const totals = new IngestTotals();
  await inParallel(concurrency, bodies, async ({ body, points }) => {
    totals.add(points, await client.ingest({ format: 'json', body: JSON.stringify(body) }));
    onProgress?.(points);
  });
  return totals;
};
