import { gzipSync } from 'node:zlib';
import { packWatch } from '../../core/anomalies/target-watch.ts';
import type { TargetForecast } from '../../core/ports/forecast-storage.ts';
import { encodeBlock } from '../../core/storage/block-codec.ts';
import { encodeForecasts } from '../../core/storage/forecast-codec.ts';
import { sampleBlock, sampleForecasts } from './sample-fleet.ts';
import { sampleWatch } from './sample-watch.ts';

/** Keys, version, expiry and their names, and what DynamoDB adds for its index (100 bytes). */
const ITEM_OVERHEAD = 250;
const KB = 1024;

/** Bytes of what is stored for one host, as the codecs in `core/storage` write it. */
export interface ItemSizes {
  /** A block after each push of the hour. */
  readonly blockBytes: readonly number[];
  readonly forecastBytes: number;
  readonly archiveBytes: number;
  readonly payloadBytes: number;
  readonly registryBytes: number;
  /** What detectors of all metrics have learned, watched fully. */
  readonly detectorBytes: number;
}

const archiveLine = ({ metrics }: TargetForecast): string =>
  metrics
    .map(({ metric, forecast }) =>
      JSON.stringify({
        metric,
        quantiles: forecast.quantiles.map((track) => [...track].map((value) => Number(value.toPrecision(9)))),
        mean: [...forecast.mean].map((value) => Number(value.toPrecision(9))),
        reason: forecast.reason,
      }),
    )
    .join('\n');

const payload = (metrics: number): string =>
  JSON.stringify({
    points: [...sampleBlock(metrics, 1, 0)].map(([metric, { values }]) => ({
      target: 'host-0001.eu-west-1.example.com',
      metric,
      timestamp: 1767225600,
      value: values[0],
    })),
  });

/** Sizes for a host with so many metrics that pushes every `pushMinutes`. */
export const measureItems = (metrics: number, pushMinutes: number): ItemSizes => {
  const pushes = Math.max(1, Math.round(60 / pushMinutes));
  const blocks = Array.from({ length: pushes }, (_, push) =>
    sampleBlock(metrics, push + 1, pushMinutes * 60),
  );
  const forecasts = sampleForecasts(metrics);
  const forecastBytes = encodeForecasts(forecasts, 350 * KB).reduce((sum, part) => sum + part.length, 0);
  return {
    blockBytes: blocks.map((block) => encodeBlock(block).length + ITEM_OVERHEAD),
    forecastBytes: forecastBytes + ITEM_OVERHEAD,
    archiveBytes: gzipSync(archiveLine(forecasts)).length,
    payloadBytes: gzipSync(payload(metrics)).length,
    registryBytes: metrics * 60 + ITEM_OVERHEAD,
    detectorBytes: packWatch(sampleWatch(metrics, pushMinutes * 60)).length + ITEM_OVERHEAD,
  };
};
