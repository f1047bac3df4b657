/**
 * Learned state of a group of peers at the start of its open hour. It depends only on the stored blocks, so a state that
 * is lost, damaged or in another format is re-learned from them.
 */

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { HOUR_SECONDS, WEEK_SECONDS } from '../../shared/time.ts';
import { PeerDetector } from '../engine/peer-detector.ts';
import type { Total, Totals } from './hour-moments.ts';

/** First byte. Increment it if the layout, or the meaning of the numbers, changes. */
const FORMAT = 1;
/** Larger than any state: protects against damaged bytes that unpack endlessly. */
const MAX_BYTES = 64_000_000;
/** Targets and metrics not seen for this time are forgotten. */
const FORGOTTEN_SECONDS = WEEK_SECONDS;

export class GroupDetectors {
  /** Whole hours since the epoch: hours before this one are closed, later points in them are not learned. */
  openHour: number;
  readonly comparisons: Map<string, PeerDetector>;
  readonly totals: Totals;

  constructor(
    openHour: number,
    comparisons: Iterable<readonly [string, PeerDetector]> = [],
    totals: Totals = new Map(),
  ) {
    this.openHour = openHour;
    this.comparisons = new Map(comparisons);
    this.totals = totals;
  }

  /** Closes all hours before `hour` and forgets targets and metrics not seen for a week. */
  close(hour: number): void {
    this.openHour = hour;
    const oldest = hour * HOUR_SECONDS - FORGOTTEN_SECONDS;
    for (const [metric, comparison] of this.comparisons) {
      comparison.forgetBefore(oldest);
      if (comparison.size === 0) this.comparisons.delete(metric);
    }
    for (const [targetId, totals] of this.totals) {
      for (const [metric, { at }] of totals) if (at < oldest) totals.delete(metric);
      if (totals.size === 0) this.totals.delete(targetId);
    }
  }
}

const saveTotals = (writer: ByteWriter, totals: Totals): void => {
  writer.varint(totals.size);
  for (const [targetId, metrics] of totals) {
    writer.text(targetId);
    writer.varint(metrics.size);
    for (const [metric, { at, value }] of metrics) {
      writer.text(metric);
      writer.f64(at);
      writer.f64(value);
    }
  }
};

const loadTotals = (reader: ByteReader): Totals => {
  const totals: Totals = new Map();
  for (let targets = reader.varint(); targets > 0; targets--) {
    const targetId = reader.text();
    const metrics = new Map<string, Total>();
    for (let left = reader.varint(); left > 0; left--)
      metrics.set(reader.text(), { at: reader.f64(), value: reader.f64() });
    totals.set(targetId, metrics);
  }
  return totals;
};

/** The state as compressed bytes, about 210 per metric of a target. */
export const packGroupDetectors = (detectors: GroupDetectors): Uint8Array => {
  const writer = new ByteWriter();
  writer.u8(FORMAT);
  writer.varint(detectors.openHour);
  writer.varint(detectors.comparisons.size);
  for (const [metric, comparison] of detectors.comparisons) {
    writer.text(metric);
    comparison.save(writer);
  }
  saveTotals(writer, detectors.totals);
  return deflateRawSync(writer.finish(), { level: 4 });
};

const inflate = (bytes: Uint8Array): Uint8Array => {
  try {
    return inflateRawSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw new InvalidInputError('the state of the group cannot be unpacked', { cause });
  }
};

/**
 * Unpacks the result of `packGroupDetectors`.
 * @throws InvalidInputError for damaged bytes and for another format
 */
export const unpackGroupDetectors = (bytes: Uint8Array): GroupDetectors => {
  const reader = new ByteReader(inflate(bytes));
  const format = reader.u8();
  if (format !== FORMAT) throw new InvalidInputError(`expected a group of format ${FORMAT}, found ${format}`);
  const openHour = reader.varint();
  const comparisons = reader.items(() => [reader.text(), PeerDetector.load(reader)] as const);
  return new GroupDetectors(openHour, comparisons, loadTotals(reader));
};
