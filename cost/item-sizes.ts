import { gzipSync } from 'node:zlib';
import { packDetectors } from '../core/anomalies/tracking/target-detectors.ts';
import { MEASURED_FORECASTING } from '../core/forecasts/capacity/forecasting-figures.ts';
import { encodeBlock } from '../core/metrics/blocks/block-codec.ts';
import { sampleBlock } from './sample-fleet.ts';
import { sampleWatch } from './sample-watch.ts';

/** Keys, version, expiry and their names, plus the index overhead of DynamoDB (100 bytes). */
const ITEM_OVERHEAD = 250;

/** Bytes of the stored items of one host, as the codecs write them; forecasts as measured with the engine. */
export interface ItemSizes {
  /** A block after each push of the hour. */
  readonly blockBytes: readonly number[];
  readonly forecastBytes: number;
  readonly archiveBytes: number;
  readonly payloadBytes: number;
  readonly targetBytes: number;
  /** State of full detectors of all metrics: an object in S3. */
  readonly detectorBytes: number;
}

const payload = (metrics: number): string =>
  JSON.stringify({
    points: [...sampleBlock(metrics, 1, 0)].map(([metric, { values }]) => ({
      target: 'host-0001.eu-west-1.example.com',
      metric,
      timestamp: 1767225600,
      value: values[0],
    })),
  });

/** Sizes for a host with this number of metrics that pushes every `pushMinutes`. */
export const measureItems = (metrics: number, pushMinutes: number): ItemSizes => {
  const pushes = Math.max(1, Math.round(60 / pushMinutes));
  const blocks = Array.from({ length: pushes }, (_, push) =>
    sampleBlock(metrics, push + 1, pushMinutes * 60),
  );
  const { forecast, archive } = MEASURED_FORECASTING.bytesPerSeries;
  return {
    blockBytes: blocks.map((block) => encodeBlock(block).length + ITEM_OVERHEAD),
    forecastBytes: metrics * forecast + ITEM_OVERHEAD,
    archiveBytes: metrics * archive,
    payloadBytes: gzipSync(payload(metrics)).length,
    targetBytes: metrics * 60 + ITEM_OVERHEAD,
    detectorBytes: packDetectors(sampleWatch(metrics, pushMinutes * 60)).length,
  };
};
