/** Writes little-endian bytes into a growing buffer, and reads them back with bounds checks. */
import { InvalidInputError } from './errors.ts';

export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Must be called before `#view` or `#bytes` is used, because growing replaces both. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
  }
  u16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value, true);
  }
  i16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setInt16(at, value, true);
  }
  i32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setInt32(at, value, true);
  }
  f32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setFloat32(at, value, true);
  }
  f64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value, true);
  }
  /** Writes a non-negative integer up to 2^53 - 1, seven bits per byte. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.u8((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.u8(rest);
  }
  /** Writes the number of values, then each as `f64`. */
  floats(values: ArrayLike<number>): void {
    this.varint(values.length);
    for (let i = 0; i < values.length; i++) this.f64(values[i]!);
  }
  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.varint(bytes.length);
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }
  /** Writes bytes unchanged, preceded by their number. */
  block(bytes: Uint8Array): void {
    this.varint(bytes.length);
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Every read past the end throws InvalidInputError. */
export class ByteReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(count: number): number {
    const at = this.#position;
    this.#position += count;
    if (this.#position > this.#bytes.length)
      throw new InvalidInputError(`expected ${count} more bytes, found ${this.#bytes.length - at}`);
    return at;
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }
  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }
  f32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new InvalidInputError('the bytes hold an overlong number');
  }
  /** Reads a number that must be less than `limit`, such as an index. */
  varintBelow(limit: number): number {
    const value = this.varint();
    if (value >= limit) throw new InvalidInputError(`expected a number below ${limit}, found ${value}`);
    return value;
  }
  /** Reads values written by `floats`. */
  floats(): Float64Array {
    const count = this.varint();
    const start = this.#take(8 * count);
    return Float64Array.from({ length: count }, (_, index) => this.#view.getFloat64(start + 8 * index, true));
  }
  /** Reads values written by `floats`, which must be as many as `target` holds; `name` is for the error. */
  floatsInto(target: Float64Array, name: string): void {
    const values = this.floats();
    if (values.length !== target.length)
      throw new InvalidInputError(`expected ${target.length} ${name}, found ${values.length}`);
    target.set(values);
  }
  text(): string {
    const length = this.varint();
    const at = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(at, at + length));
  }
  /** Reads a count and then as many items, each of at least one byte. */
  items<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.varint(); left > 0; left--) items.push(read());
    return items;
  }
  /** Reads bytes written by `block`; shares memory with the input. */
  block(): Uint8Array {
    const length = this.varint();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }
}
