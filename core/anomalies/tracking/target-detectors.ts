/**
 * Learned state of all detectors of one target at the start of its open hour. It depends only on the stored blocks, so a
 * state that is lost, out of date or in another format is re-learned from them.
 */

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { EndedEpisode } from '../engine/episode.ts';
import { TrackedCombination } from './tracked-combination.ts';
import { TrackedSeries } from './tracked-series.ts';

/** First byte. Increment it if the layout changes. */
const FORMAT = 2;
/** Larger than any state: protects against damaged bytes that unpack endlessly. */
const MAX_BYTES = 8_000_000;

export class TargetDetectors {
  /** Whole hours since the epoch: all hours before this one are closed, later points in them are not learned. */
  openHour: number;
  readonly series: Map<string, TrackedSeries>;
  /** Undefined if fewer than two metrics are suitable. */
  combination: TrackedCombination | undefined;

  constructor(openHour: number, series: Iterable<TrackedSeries> = []) {
    this.openHour = openHour;
    this.series = new Map([...series].map((one) => [one.metric, one]));
  }

  /** Open episodes of all series and of the combination. */
  openEpisodes(): EndedEpisode[] {
    const episodes = [...this.series.values(), ...(this.combination ? [this.combination] : [])];
    return episodes.filter(({ episode }) => episode.isOpen).map(({ episode }) => episode.current);
  }

  /** Closes all hours before `openHour` and forgets hours and metrics before `oldest`, which bounds the state. */
  close(openHour: number, oldest: number): void {
    this.openHour = openHour;
    for (const [metric, { newest, hours }] of this.series) {
      if (newest < oldest * HOUR_SECONDS) this.series.delete(metric);
      else hours.forgetBefore(oldest);
    }
  }
}

/** The state as compressed bytes. */
export const packDetectors = (detectors: TargetDetectors): Uint8Array => {
  const writer = new ByteWriter();
  writer.u8(FORMAT);
  writer.varint(detectors.openHour);
  writer.varint(detectors.series.size);
  for (const series of detectors.series.values()) series.save(writer);
  writer.u8(detectors.combination === undefined ? 0 : 1);
  detectors.combination?.save(writer);
  return deflateRawSync(writer.finish());
};

const inflate = (bytes: Uint8Array): Uint8Array => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw new InvalidInputError('the detector state cannot be unpacked', { cause });
  }
};

/**
 * Unpacks the result of `packDetectors`.
 * @throws InvalidInputError for damaged bytes, and for another version of the state or of its detectors
 */
export const unpackDetectors = (bytes: Uint8Array): TargetDetectors => {
  const reader = new ByteReader(inflate(bytes));
  const format = reader.u8();
  if (format !== FORMAT)
    throw new InvalidInputError(`expected a detector state of format ${FORMAT}, found ${format}`);
  const openHour = reader.varint();
  const series = reader.items(() => TrackedSeries.load(reader));
  const detectors = new TargetDetectors(openHour, series);
  if (reader.u8() === 1) detectors.combination = TrackedCombination.load(reader);
  return detectors;
};
