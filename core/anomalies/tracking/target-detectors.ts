/**
 * All detectors of one target as they stood at the start of its open hour. What they know follows from the stored
 * blocks alone, so a watch that is lost, out of date or of another format is built anew from them.
 */

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { EndedEpisode } from '../engine/episode.ts';
import { TrackedCombination } from './tracked-combination.ts';
import { TrackedSeries } from './tracked-series.ts';

/** First byte: raised whenever the layout changes. */
const FORMAT = 2;
/** More than any state is: a guard against bytes that unpack without end. */
const MOST_BYTES = 8_000_000;

export class TargetDetectors {
  /** Whole hours since the epoch: all hours before this one are closed, later points in them are not learned. */
  openHour: number;
  readonly series: Map<string, TrackedSeries>;
  /** Undefined while fewer than two metrics are fit for it. */
  combination: TrackedCombination | undefined;

  constructor(openHour: number, series: Iterable<TrackedSeries> = []) {
    this.openHour = openHour;
    this.series = new Map([...series].map((watch) => [watch.metric, watch]));
  }

  /** What is known to be unusual now. */
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

/** A watch as compressed bytes. */
export const packDetectors = (watch: TargetDetectors): Uint8Array => {
  const writer = new ByteWriter();
  writer.u8(FORMAT);
  writer.varint(watch.openHour);
  writer.varint(watch.series.size);
  for (const series of watch.series.values()) series.save(writer);
  writer.u8(watch.combination === undefined ? 0 : 1);
  watch.combination?.save(writer);
  return deflateRawSync(writer.finish());
};

const inflate = (bytes: Uint8Array): Uint8Array => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new InvalidInputError('the watch cannot be unpacked', { cause });
  }
};

/**
 * What `packDetectors` packed.
 * @throws InvalidInputError for damaged bytes, and for those of another version of the watch or of its detectors
 */
export const unpackDetectors = (bytes: Uint8Array): TargetDetectors => {
  const reader = new ByteReader(inflate(bytes));
  const format = reader.u8();
  if (format !== FORMAT) throw new InvalidInputError(`expected a watch of format ${FORMAT}, found ${format}`);
  const openHour = reader.varint();
  const series = reader.items(() => TrackedSeries.load(reader));
  const watch = new TargetDetectors(openHour, series);
  if (reader.u8() === 1) watch.combination = TrackedCombination.load(reader);
  return watch;
};
