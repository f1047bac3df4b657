import type { ApiClient } from '../../cli/api-client/api-client.ts';
import { IngestTotals } from '../../cli/api-client/ingest-totals.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import type { IngestBody } from '../../core/simulator/ingest-body.ts';

/** Points per request: the body stays far below 5 MB when gzipped, and below 200,000 points. */
export const REPLAY_POINTS_PER_BODY = 25_000;

export interface ReplayOptions {
  /** Concurrent requests; default 4. */
  readonly concurrency?: number;
  /** Called after each accepted request with its number of points. */
  readonly onProgress?: (points: number) => void;
}

/**
 * Sends ingest bodies to the HTTP API, gzipped, and takes each from the iterable only when it is to be sent. The client
 * retries. @throws ApiRequestError, ApiUnreachableError for the first request whose retries fail
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
