/** Walking protobuf messages field by field, without generated code. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { IngestRejection } from '../decoding/ingest-rejection.ts';

/**
 * A reader that stops after so many entries (points, metrics, resources): an empty entry takes two bytes on the wire
 * and hundreds in memory.
 */
export class BudgetedReader extends BinaryReader {
  #left: number;

  constructor(bytes: Uint8Array, entries: number) {
    super(bytes);
    this.#left = entries;
  }

  spend(): void {
    if (--this.#left < 0) throw new IngestRejection('body-too-large', 'too many points in one request');
  }
}

/** A field number with its wire type, as it stands on the wire. A field of another wire type is an unknown one. */
export const varintField = (field: number): number => field * 8 + WireType.Varint;
export const fixed64Field = (field: number): number => field * 8 + WireType.Bit64;
export const lengthField = (field: number): number => field * 8 + WireType.LengthDelimited;

/** Reads the field the reader stands at, or returns false to have it skipped. */
export type ReadField = (tag: number) => boolean;

/** Reads fields up to `end`; fields it does not know are skipped, as protobuf asks for. */
export const readFields = (reader: BinaryReader, end: number, readField: ReadField): void => {
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if (!readField(field * 8 + wireType)) reader.skip(wireType, field);
  }
  if (reader.pos !== end) throw new RangeError('a message runs past its end');
};

/** Reads a length-delimited message. */
export const readMessage = (reader: BinaryReader, readField: ReadField): void => {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError('a message runs past the end of the body');
  readFields(reader, end, readField);
};
