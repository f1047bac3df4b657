import type { Block, BlockPoints } from '../core/metrics/blocks/block.ts';

const START = Date.UTC(2026, 0, 1);
/** Names as long as those of common agents (`system.network.io{direction="receive"}`). */
const NAME_LENGTH = 24;

const metricName = (index: number): string => `system.metric.${index}`.padEnd(NAME_LENGTH, 'x');

/** A load with full doubles, as agents send them, that no short encoding can hold. */
const load = (index: number, step: number): number =>
  40 + 15 * Math.sin(step / 45 + index) + Math.sin(step * 7.13);

const pointsOf = (index: number, pushes: number, secondsBetween: number): BlockPoints => ({
  offsets: Uint16Array.from({ length: pushes }, (_, push) => push * secondsBetween),
  values: Float64Array.from({ length: pushes }, (_, push) => load(index, push)),
  receipts: Float64Array.from({ length: pushes }, (_, push) => START + push * secondsBetween * 1000),
});

/** One host's block of an hour after `pushes` pushes. */
export const sampleBlock = (metrics: number, pushes: number, secondsBetween: number): Block =>
  new Map(
    Array.from({ length: metrics }, (_, index) => [
      metricName(index),
      pointsOf(index, pushes, secondsBetween),
    ]),
  );
