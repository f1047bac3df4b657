/**
 * Blocks as bytes. The encoding is canonical: equal blocks give equal bytes, in any order of arrival of their points.
 *
 * Layout, little-endian, numbers marked v as varints:
 *   u8 version | v receipts, v first receipt, v differences | v series, then per series, by name:
 *   name | u8 flags | unless the previous series' offsets are shared: v count, u16 offsets
 *   | unless shared, or the table has one receipt: u8/u16 places in the receipt table | values
 * Flags: bits 0-2 value encoding, bit 3 offsets as in the previous series, bit 4 receipts as there (agents report
 * all metrics of a host at the same instants).
 */

import { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { Block, BlockPoints } from './block.ts';
import { narrowestEncoding, VALUE_ENCODINGS } from './value-encoding.ts';

const VERSION = 1;
const ENCODING_BITS = 0b111;
const SAME_OFFSETS = 0b1000;
const SAME_RECEIPTS = 0b10000;
const SECONDS = 3600;

type Numbers = Uint16Array | Float64Array;

const equal = (a: Numbers | undefined, b: Numbers): boolean =>
  a !== undefined && a.length === b.length && a.every((value, index) => value === b[index]);

const receiptTable = (block: Block): number[] => {
  const distinct = new Set<number>();
  for (const { receipts } of block.values()) for (const receipt of receipts) distinct.add(receipt);
  return [...distinct].sort((a, b) => a - b);
};

const writeReceiptTable = (writer: ByteWriter, table: readonly number[]): void => {
  writer.varint(table.length);
  table.forEach((receipt, index) => {
    writer.varint(index === 0 ? receipt : receipt - table[index - 1]!);
  });
};

const readReceiptTable = (reader: ByteReader): number[] => {
  const table: number[] = [];
  for (let left = reader.varint(); left > 0; left--) table.push(reader.varint() + (table.at(-1) ?? 0));
  return table;
};

const flagsOf = (points: BlockPoints, previous: BlockPoints | undefined): number =>
  narrowestEncoding(points.values) |
  (equal(previous?.offsets, points.offsets) ? SAME_OFFSETS : 0) |
  (equal(previous?.receipts, points.receipts) ? SAME_RECEIPTS : 0);

const writePlaces = (
  writer: ByteWriter,
  receipts: Float64Array,
  places: ReadonlyMap<number, number>,
): void => {
  if (places.size === 1) return;
  for (const receipt of receipts) {
    const place = places.get(receipt)!;
    if (places.size <= 256) writer.u8(place);
    else writer.u16(place);
  }
};

/** Encodes a block; -0 becomes 0. */
export const encodeBlock = (block: Block): Uint8Array => {
  const writer = new ByteWriter();
  const table = receiptTable(block);
  const places = new Map(table.map((receipt, place) => [receipt, place]));
  writer.u8(VERSION);
  writeReceiptTable(writer, table);
  writer.varint(block.size);
  let previous: BlockPoints | undefined;
  for (const metric of [...block.keys()].sort()) {
    const points = block.get(metric)!;
    const flags = flagsOf(points, previous);
    writer.text(metric);
    writer.u8(flags);
    if ((flags & SAME_OFFSETS) === 0) {
      writer.varint(points.offsets.length);
      for (const offset of points.offsets) writer.u16(offset);
    }
    if ((flags & SAME_RECEIPTS) === 0) writePlaces(writer, points.receipts, places);
    const { write } = VALUE_ENCODINGS[flags & ENCODING_BITS]!;
    for (const value of points.values) write(writer, value);
    previous = points;
  }
  return writer.finish();
};

const readOffsets = (reader: ByteReader): Uint16Array => {
  const count = reader.varint();
  if (count > SECONDS)
    throw new InvalidInputError(`the block claims ${count} points of one metric in an hour`);
  return Uint16Array.from({ length: count }, () => reader.u16());
};

const readReceipts = (reader: ByteReader, count: number, table: readonly number[]): Float64Array => {
  const place = table.length === 1 ? () => 0 : table.length <= 256 ? () => reader.u8() : () => reader.u16();
  return Float64Array.from({ length: count }, () => {
    const receipt = table[place()];
    if (receipt === undefined)
      throw new InvalidInputError('the block refers to a receipt that is not in its table');
    return receipt;
  });
};

const shared = <T>(previous: T | undefined): T => {
  if (previous === undefined)
    throw new InvalidInputError("the block's first series refers to a previous one");
  return previous;
};

const readPoints = (
  reader: ByteReader,
  table: readonly number[],
  previous: BlockPoints | undefined,
): BlockPoints => {
  const flags = reader.u8();
  const encoding = VALUE_ENCODINGS[flags & ENCODING_BITS];
  if (encoding === undefined)
    throw new InvalidInputError(`the block has an unknown value encoding: ${flags}`);
  const offsets = (flags & SAME_OFFSETS) === 0 ? readOffsets(reader) : shared(previous).offsets;
  const receipts =
    (flags & SAME_RECEIPTS) === 0 ? readReceipts(reader, offsets.length, table) : shared(previous).receipts;
  return { offsets, values: Float64Array.from(offsets, () => encoding.read(reader)), receipts };
};

/**
 * Decodes what `encodeBlock` wrote.
 * @throws InvalidInputError for an unknown version or damaged bytes
 */
export const decodeBlock = (bytes: Uint8Array): Block => {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== VERSION) throw new InvalidInputError(`unknown block version ${version}`);
  const table = readReceiptTable(reader);
  const block = new Map<string, BlockPoints>();
  let previous: BlockPoints | undefined;
  for (let left = reader.varint(); left > 0; left--) {
    const metric = reader.text();
    previous = readPoints(reader, table, previous);
    block.set(metric, previous);
  }
  if (!reader.atEnd) throw new InvalidInputError('the block has trailing bytes');
  return block;
};
