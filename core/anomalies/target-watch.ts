/**
 * All detectors of one target as they stood at the start of its open hour. What they know follows from the stored
 * blocks alone, so a watch that is lost, out of date or of another format is built anew from them.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { InvalidInputError } from '../errors.ts';
import { ByteReader, ByteWriter } from '../storage/byte-buffer.ts';
import { SeriesWatch } from './series-watch.ts';

/** First byte: raised whenever the layout changes. */
const FORMAT = 1;
/** More than any state is: a guard against bytes that unpack without end. */
const MOST_BYTES = 8_000_000;

export class TargetWatch {
  /** Whole hours since the epoch: all hours before this one are closed, later points in them are not learned. */
  openHour: number;
  /** Closed hours whose blocks were learned. */
  readonly learned: Set<number>;
  readonly series: Map<string, SeriesWatch>;

  constructor(openHour: number, learned: Iterable<number> = [], series: Iterable<SeriesWatch> = []) {
    this.openHour = openHour;
    this.learned = new Set(learned);
    this.series = new Map([...series].map((watch) => [watch.metric, watch]));
  }

  /** Forgets hours and metrics that lie before `hour`, so that a watch does not grow for ever. */
  forgetBefore(hour: number): void {
    for (const learned of this.learned) if (learned < hour) this.learned.delete(learned);
    for (const [metric, { newest }] of this.series) if (newest < hour * 3600) this.series.delete(metric);
  }
}

/** Runs of consecutive hours as gap and length: a target that reports without pause takes three bytes. */
const writeHours = (writer: ByteWriter, hours: ReadonlySet<number>): void => {
  const runs: { start: number; length: number }[] = [];
  for (const hour of [...hours].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.start + last.length === hour) last.length++;
    else runs.push({ start: hour, length: 1 });
  }
  writer.varint(runs.length);
  for (const { start, length } of runs) {
    writer.varint(start);
    writer.varint(length);
  }
};

const readHours = (reader: ByteReader): number[] => {
  const hours: number[] = [];
  for (let left = reader.varint(); left > 0; left--) {
    const start = reader.varint();
    const length = reader.varint();
    if (length > MOST_BYTES) throw new InvalidInputError(`the watch claims a run of ${length} hours`);
    for (let i = 0; i < length; i++) hours.push(start + i);
  }
  return hours;
};

/** A watch as compressed bytes. */
export const packWatch = (watch: TargetWatch): Uint8Array => {
  const writer = new ByteWriter();
  writer.u8(FORMAT);
  writer.varint(watch.openHour);
  writeHours(writer, watch.learned);
  writer.varint(watch.series.size);
  for (const series of watch.series.values()) series.save(writer);
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
 * What `packWatch` packed.
 * @throws InvalidInputError for damaged bytes, and for those of another version of the watch or of its detectors
 */
export const unpackWatch = (bytes: Uint8Array): TargetWatch => {
  const reader = new ByteReader(inflate(bytes));
  const format = reader.u8();
  if (format !== FORMAT) throw new InvalidInputError(`expected a watch of format ${FORMAT}, found ${format}`);
  const openHour = reader.varint();
  const hours = readHours(reader);
  const series = Array.from({ length: reader.varint() }, () => SeriesWatch.load(reader));
  return new TargetWatch(openHour, hours, series);
};
