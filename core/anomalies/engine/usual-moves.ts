import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** A value is far if it lies this many times farther away than every value before it. */
const FAR = 8;
/** Before this many points nothing is far. */
const MIN_POINTS = 12;
const FORGET = 2 ** (-1 / 5000);
/** After this many far values, each counting half after 2,000 points, values that far are usual on this metric. */
const MAX_FAR_VALUES = 3;
const FAR_VALUES_DECAY = 2 ** (-1 / 2000);
/** Distances below this share of the values are rounding errors. */
const ROUNDING = 1e-12;

/**
 * The largest distance of a value so far, slowly forgotten: from the usual value of its time of day, the value before it
 * or the level before the newest, whichever is nearest. Values much farther away may be glitches of the measurement.
 */
export class UsualMoves {
  private largest = 0;
  private previous = Number.NaN;
  /** Last value before the newest level, to which the values may return. */
  private left = Number.NaN;
  private points = 0;
  /** Past far values, exponentially forgotten. */
  private farValues = 0;

  /** True for a value that may be a glitch. `usual`: average of its time of day, NaN if unknown. */
  isFar(value: number, usual: number): boolean {
    if (this.points < MIN_POINTS || this.farValues > MAX_FAR_VALUES - 0.5) return false;
    return this.distance(value, usual) > FAR * this.largest;
  }

  learn(value: number, usual: number): void {
    const distance = this.distance(value, usual);
    this.largest = Math.max(this.largest * FORGET, Number.isNaN(distance) ? 0 : distance);
    this.farValues *= FAR_VALUES_DECAY;
    this.previous = value;
    if (this.points < MIN_POINTS) this.points++;
  }

  /** Counts one far value, or several in a row. */
  countFar(): void {
    this.farValues++;
  }

  /** Continues after `value`, which is far from all before: a new level. */
  moveTo(value: number): void {
    this.left = this.previous;
    this.previous = value;
  }

  /** Replaces an unknown past, given the largest distance from the time of day. */
  assume(largest: number): void {
    this.largest = largest;
    this.points = MIN_POINTS;
  }

  save(writer: ByteWriter): void {
    for (const number of [this.largest, this.previous, this.left, this.farValues]) writer.f64(number);
    writer.u8(this.points);
  }

  load(reader: ByteReader): void {
    this.largest = reader.f64();
    this.previous = reader.f64();
    this.left = reader.f64();
    this.farValues = reader.f64();
    this.points = reader.u8();
  }

  /** NaN if nothing is known to compare with. */
  private distance(value: number, usual: number): number {
    const distance = nearest(
      value,
      this.previous,
      nearest(value, usual, nearest(value, this.left, Number.NaN)),
    );
    return distance <= ROUNDING * Math.abs(value) ? 0 : distance;
  }
}

/** The smaller of the distance between two values and `known`, where both may be NaN. */
const nearest = (value: number, other: number, known: number): number => {
  const distance = Math.abs(value - other);
  return distance < known || Number.isNaN(known) ? distance : known;
};
