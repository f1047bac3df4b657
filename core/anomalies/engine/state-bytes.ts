import { InvalidInputError } from '../../shared/errors.ts';

/** Appends numbers to a growing little-endian byte buffer: how a detector's state is saved. */
export class StateWriter {
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  float(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** A number that is held in single precision, in half the bytes. */
  single(value: number): void {
    this.reserve(4);
    this.view.setFloat32(this.length, value, true);
    this.length += 4;
  }

  floats(values: ArrayLike<number>): void {
    this.whole(values.length);
    for (let i = 0; i < values.length; i++) this.float(values[i]!);
  }

  /** A non-negative whole number in as few bytes as it needs (LEB128). */
  whole(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte((rest % 128) + 128);
    this.byte(rest);
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(2 * this.bytes.length);
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

/** Reads what a StateWriter wrote, in the same order; throws InvalidInputError past the end. */
export class StateReader {
  private readonly view: DataView;
  private position = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.view.getUint8(this.take(1));
  }

  float(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  single(): number {
    return this.view.getFloat32(this.take(4), true);
  }

  floats(): Float64Array {
    const length = this.whole();
    if (length > this.view.byteLength / 8) throw truncated();
    return Float64Array.from({ length }, () => this.float());
  }

  whole(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  private take(bytes: number): number {
    const at = this.position;
    if (at + bytes > this.view.byteLength) throw truncated();
    this.position += bytes;
    return at;
  }
}

const truncated = (): InvalidInputError =>
  new InvalidInputError('expected a complete saved detector, found fewer bytes than it needs');
