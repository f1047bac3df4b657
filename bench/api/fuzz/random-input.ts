/** Random text and bytes: good samples that are damaged, and input that never was good. */

/** Uniform numbers in [0, 1). */
export type Random = () => number;

export const below = (random: Random, count: number): number => Math.floor(random() * count);
export const isChosen = (random: Random, probability: number): boolean => random() < probability;
export const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[below(random, items.length)]!;

/** Parts that parsers have mistaken before, or that mean something to one of them. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '#',
  '\u0000',
  '\u001b[2J',
  '\r\n',
  '\u009b',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\uffff',
  '\ud800',
  '\u{1f600}',
  'é',
  '..',
  '../',
  '%00',
  '%2e',
  '%',
  '%zz',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  'Infinity',
  '-0',
  '1e400',
  '-1e400',
  '9'.repeat(40),
  '0x10',
  '1_000',
  'null',
  'true',
  '2026-02-30',
  '2026-13-01T99:99:99Z',
  '+275760-09-13T00:00:00.000Z',
  '"',
  '""',
  "'",
  '\\',
  '\\u0000',
  '\\ud800',
  ',',
  ';',
  '=',
  ':',
  '|',
  '&',
  '?',
  '/',
  '{',
  '}',
  '[',
  ']',
  '[]',
  '{}',
  '{"a":',
  '[['.repeat(40),
  '{"a":'.repeat(70),
  '$ref',
  '<!--',
  '=cmd()',
  'x'.repeat(300),
  '\u{1f600}'.repeat(70),
];

const LONG = 20_000;

const randomText = (random: Random): string =>
  Array.from({ length: below(random, 40) }, () =>
    isChosen(random, 0.3)
      ? pick(random, HOSTILE_TEXTS)
      : String.fromCharCode(below(random, isChosen(random, 0.9) ? 128 : 0x1_0000)),
  ).join('');

type Change<Value> = (random: Random, value: Value) => Value;

const place = (random: Random, length: number): [from: number, to: number] => {
  const from = below(random, length + 1);
  return [from, Math.min(length, from + below(random, 12))];
};

const TEXT_CHANGES: readonly Change<string>[] = [
  (random, text) => text.slice(0, below(random, text.length + 1)),
  (random, text) => text.slice(below(random, text.length + 1)),
  (random, text) => {
    const [from, to] = place(random, text.length);
    return text.slice(0, from) + pick(random, HOSTILE_TEXTS) + text.slice(to);
  },
  (random, text) => {
    const [from] = place(random, text.length);
    return text.slice(0, from) + pick(random, HOSTILE_TEXTS) + text.slice(from);
  },
  (random, text) => {
    const [from, to] = place(random, text.length);
    return text.slice(0, from) + text.slice(from, to).repeat(1 + below(random, 30)) + text.slice(to);
  },
  (random, text) => {
    const [from] = place(random, text.length);
    return text.slice(0, from) + String.fromCharCode(below(random, 0x1_0000)) + text.slice(from + 1);
  },
  (random, text) => {
    const [from] = place(random, text.length);
    return text.slice(0, from) + text.charAt(from).toUpperCase() + text.slice(from + 1);
  },
  (_, text) => text + text,
  (random, text) => {
    const unit = pick(random, HOSTILE_TEXTS) || 'x';
    const [from] = place(random, text.length);
    return text.slice(0, from) + unit.repeat(Math.ceil(LONG / unit.length)) + text.slice(from);
  },
  (random) => randomText(random),
];
/** The growing one is rare, because most parsers stop at the first limit. */
const RARE = 0.005;

const applied = <Value>(random: Random, value: Value, changes: readonly Change<Value>[]): Value => {
  const [common, rare] = [changes.filter((_, i) => i !== changes.length - 2), changes.at(-2)!];
  let changed = value;
  for (let left = 1 + below(random, 3); left > 0; left--)
    changed = (isChosen(random, RARE) ? rare : pick(random, common))(random, changed);
  return changed;
};

/** The text, damaged at one to three places. */
export const damagedText = (random: Random, text: string): string => applied(random, text, TEXT_CHANGES);

const spliced = (bytes: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);

const BYTE_CHANGES: readonly Change<Uint8Array>[] = [
  (random, bytes) => bytes.subarray(0, below(random, bytes.length + 1)),
  (random, bytes) => bytes.subarray(below(random, bytes.length + 1)),
  (random, bytes) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) {
      const at = below(random, changed.length);
      changed[at] = changed[at]! ^ (1 << below(random, 8));
    }
    return changed;
  },
  (random, bytes) => {
    const changed = Buffer.from(bytes);
    if (changed.length > 0) changed[below(random, changed.length)] = pick(random, [0, 1, 0x7f, 0x80, 0xff]);
    return changed;
  },
  (random, bytes) => {
    const [from, to] = place(random, bytes.length);
    return spliced(bytes, from, to, Buffer.from(pick(random, HOSTILE_TEXTS)));
  },
  (random, bytes) => {
    const [from, to] = place(random, bytes.length);
    return spliced(bytes, to, to, bytes.subarray(from, to));
  },
  (random, bytes) => {
    const [from] = place(random, bytes.length);
    const varint = Buffer.from([
      ...Array.from({ length: below(random, 11) }, () => 0xff),
      below(random, 128),
    ]);
    return spliced(bytes, from, from + 1, varint);
  },
  (random, bytes) => {
    const [from, to] = place(random, bytes.length);
    const unit = bytes.subarray(from, Math.max(to, from + 1));
    const count = Math.ceil(LONG / Math.max(1, unit.length));
    return spliced(bytes, to, to, Buffer.concat(Array.from({ length: count }, () => unit)));
  },
  (random) => Buffer.from(Array.from({ length: below(random, 60) }, () => below(random, 256))),
];

/** The bytes, damaged at one to three places. */
export const damagedBytes = (random: Random, bytes: Uint8Array): Uint8Array =>
  applied(random, bytes, BYTE_CHANGES);

/** A sample as it is, or damaged. */
export const damagedOrGood =
  (samples: readonly string[]) =>
  (random: Random): string => {
    const sample = pick(random, samples);
    return isChosen(random, 0.15) ? sample : damagedText(random, sample);
  };
