/** Attributes of OTLP protobuf (opentelemetry/proto/common/v1/common.proto) as text. */
import { MAX_ATTRIBUTE_DEPTH } from './otlp-request.ts';
import {
  type BudgetedReader,
  fixed64Field,
  lengthField,
  readMessage,
  varintField,
} from './protobuf-message.ts';

const KEY_VALUE = { key: lengthField(1), value: lengthField(2) };
const LIST = { values: lengthField(1) };
const ANY_VALUE = {
  text: lengthField(1),
  bool: varintField(2),
  integer: varintField(3),
  double: fixed64Field(4),
  array: lengthField(5),
  keyValues: lengthField(6),
  bytes: lengthField(7),
};

/** A nested value as JSON. */
type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** Text unchanged, everything else as JSON. */
export const attributeText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
};

const readKeyValue = (reader: BudgetedReader, depth: number): [string, Plain] => {
  let key = '';
  let value: Plain = null;
  reader.budget.entry();
  readMessage(reader, (tag) => {
    if (tag === KEY_VALUE.key) key = reader.string(true);
    else if (tag === KEY_VALUE.value) value = readAnyValue(reader, depth);
    else return false;
    return true;
  });
  return [key, value];
};

const readArray = (reader: BudgetedReader, depth: number): Plain[] => {
  const values: Plain[] = [];
  readMessage(reader, (tag) => {
    if (tag !== LIST.values) return false;
    values.push(readAnyValue(reader, depth));
    return true;
  });
  return values;
};

const readKeyValues = (reader: BudgetedReader, depth: number): Plain => {
  const entries: [string, Plain][] = [];
  readMessage(reader, (tag) => {
    if (tag !== LIST.values) return false;
    entries.push(readKeyValue(reader, depth));
    return true;
  });
  return Object.fromEntries(entries);
};

/** Integers beyond 2^53 become text to stay exact. */
const readInteger = (reader: BudgetedReader): Plain => {
  const value = BigInt(reader.int64());
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
};

const readScalar = (reader: BudgetedReader, tag: number): Plain | undefined => {
  if (tag === ANY_VALUE.text) return reader.string(true);
  if (tag === ANY_VALUE.bool) return reader.bool();
  if (tag === ANY_VALUE.integer) return readInteger(reader);
  if (tag === ANY_VALUE.double) return reader.double();
  return tag === ANY_VALUE.bytes ? Buffer.from(reader.bytes()).toString('base64') : undefined;
};

const readAnyValue = (reader: BudgetedReader, depth: number): Plain => {
  if (depth > MAX_ATTRIBUTE_DEPTH)
    throw new RangeError(`attribute values are nested more than ${MAX_ATTRIBUTE_DEPTH} levels deep`);
  let value: Plain = null;
  reader.budget.entry();
  readMessage(reader, (tag) => {
    const scalar = readScalar(reader, tag);
    if (scalar !== undefined) value = scalar;
    else if (tag === ANY_VALUE.array) value = readArray(reader, depth + 1);
    else if (tag === ANY_VALUE.keyValues) value = readKeyValues(reader, depth + 1);
    else return false;
    return true;
  });
  return value;
};

/** Reads one `KeyValue` into `into`; a repeated key keeps its last value. */
export const readAttribute = (reader: BudgetedReader, into: Map<string, string>): Map<string, string> => {
  const [key, value] = readKeyValue(reader, 1);
  return into.set(key, attributeText(value));
};
