/** Reads protobuf messages field by field, without generated code. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { EntryBudget } from '../decoding/entry-budget.ts';

/** A reader that carries the budget of its message. */
export class BudgetedReader extends BinaryReader {
  readonly budget: EntryBudget;

  constructor(bytes: Uint8Array, maxPoints: number) {
    super(bytes);
    this.budget = new EntryBudget(maxPoints);
  }
}

/** The tag on the wire: field number and wire type. A known field with another wire type counts as unknown. */
export const varintField = (field: number): number => field * 8 + WireType.Varint;
export const fixed64Field = (field: number): number => field * 8 + WireType.Bit64;
export const lengthField = (field: number): number => field * 8 + WireType.LengthDelimited;

/** Reads the current field, or returns false to skip it. */
export type ReadField = (tag: number) => boolean;

/** Reads fields up to `end`; unknown fields are skipped, as protobuf requires. */
export const readFields = (reader: BinaryReader, end: number, readField: ReadField): void => {
  while (reader.pos < end) {
    const [field, wireType] = reader.tag();
    if (!readField(field * 8 + wireType)) reader.skip(wireType, field);
  }
  if (reader.pos !== end) throw new RangeError('a field runs past the end of its message');
};

/** Reads a length-delimited message. */
export const readMessage = (reader: BinaryReader, readField: ReadField): void => {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError('a message runs past the end of the body');
  readFields(reader, end, readField);
};
