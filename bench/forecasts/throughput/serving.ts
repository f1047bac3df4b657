import { decodeForecasts, encodeForecasts } from '../../../core/forecasts/codec/forecast-codec.ts';
import { ensembleBackend } from '../../../core/forecasts/ensemble-backend.ts';
import { forecastTargets } from '../../../core/forecasts/runs/forecast-targets.ts';
import type { TargetForecast } from '../../../core/forecasts/target-forecast.ts';
import { historyOf } from '../../../core/metrics/blocks/block-history.ts';
import { type Deps, makeHandler } from '../../../functions/api/query-api/handler.ts';
import type { BenchSize } from './bench-size.ts';
import { FIRST_RUN, SERIES_PER_TARGET, simulatedServers } from './simulated-blocks.ts';

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** Milliseconds of the handler of `GET .../forecast` without the network: for one metric, and for all of a target. */
export interface ServingFigures {
  readonly requests: number;
  readonly metrics: number;
  readonly one: Percentiles;
  readonly all: Percentiles;
}

const PART_BYTES = 350_000;

const storedForecast = async (): Promise<readonly Uint8Array[]> => {
  const { target, blocks } = simulatedServers(1)[0]!;
  const stored = [...blocks].map(([hour, bytes]) => ({
    key: { tenantId: target.tenantId, targetId: target.targetId, hour },
    ...{ bytes, version: 1 },
  }));
  const task = {
    runId: '2026-11-01T00-00-00Z-abcd1234',
    issuedAt: FIRST_RUN * 1000,
    backend: ensembleBackend,
  };
  const [outcome] = await forecastTargets([{ target, histories: historyOf(stored) }], task);
  return encodeForecasts(outcome!.forecast, PART_BYTES);
};

const decoded = (parts: readonly Uint8Array[]): TargetForecast => {
  const [first, ...more] = parts.map(decodeForecasts);
  return { ...first!, metrics: [...first!.metrics, ...more.flatMap(({ metrics }) => metrics)] };
};

/** A handler whose only storage is one encoded forecast. It has no other ports, because the bench does not use them. */
const handlerOf = (parts: readonly Uint8Array[]) =>
  makeHandler({
    authenticate: async () => ({ tenantId: 'bench', grants: new Set(['read']) }),
    quotas: { take: async () => true },
    forecasts: { get: async () => decoded(parts) },
    now: () => FIRST_RUN * 1000,
    telemetry: { info: () => {}, error: () => {}, count: () => {} },
  } as unknown as Deps);

const requestOf = (path: string, query: string) => ({
  version: '2.0',
  rawPath: path,
  rawQueryString: query,
  headers: { authorization: 'Bearer bench' },
  requestContext: { http: { method: 'GET', path, sourceIp: '127.0.0.1' }, requestId: 'bench' },
  isBase64Encoded: false,
});

const timed = async (
  handle: ReturnType<typeof makeHandler>,
  event: object,
  requests: number,
): Promise<Percentiles> => {
  const warmUp = requests / 10;
  const times: number[] = [];
  for (let i = 0; i < warmUp + requests; i++) {
    const before = performance.now();
    const { statusCode } = await handle(event);
    if (statusCode !== 200) throw new Error(`the handler returned ${statusCode}`);
    if (i >= warmUp) times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => Number(times[Math.floor(share * times.length)]!.toFixed(2));
  return { p50: at(0.5), p95: at(0.95) };
};

/** Times the handler that serves forecasts, including decoding of the stored bytes. */
export const measureServing = async ({ requests }: BenchSize): Promise<ServingFigures> => {
  const handle = handlerOf(await storedForecast());
  const path = `/v1/targets/${encodeURIComponent(simulatedServers(1)[0]!.target.targetId)}/forecast`;
  return {
    requests,
    metrics: SERIES_PER_TARGET,
    one: await timed(handle, requestOf(path, 'metric=cpu_percent'), requests),
    all: await timed(handle, requestOf(path, ''), requests),
  };
};
