import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** Memory of the mean, in moments: two hours at five minutes. */
const LASTING = 24;
/** Residuals are limited to this: single spikes are the task of the metric's own detector. */
const MAX_RESIDUAL = 20;
/** The mean of 8th powers is dominated by the largest: a smooth maximum that forgets. */
const POWER = 8;
const SCALE_RATE = 1 / 5000;
/** Until this many moments, scales follow every value; later, a fault must not raise them immediately. */
const SETTLED_AFTER = 300;
const LEARNED_AT_MOST = 2;
const MIN_MOMENTS = 30;
const ABOUT_AS_MUCH = 0.6;

/**
 * Finds residuals that last: the exponentially weighted mean of each (EWMA control chart, Roberts 1959) relative to the
 * largest values that this mean reaches at times, so that residuals with different tails can be compared.
 */
export class LastingResiduals {
  private readonly means: Float64Array;
  private readonly powers: Float64Array;
  private seen = 0;

  constructor(size: number) {
    this.means = new Float64Array(size);
    this.powers = new Float64Array(size);
  }

  /**
   * Adds one residual of each kind. `share` is the largest relative mean. `worst` is the index of the largest absolute
   * mean among those with a similar relative mean, because metrics that merely follow it move less.
   */
  next(residuals: ArrayLike<number>): {
    readonly worst: number;
    readonly isBelow: boolean;
    readonly share: number;
  } {
    this.seen++;
    const shares = this.means.map((_, i) => this.take(i, residuals[i]!));
    const share = Math.max(...shares);
    let worst = 0;
    let largest = -1;
    this.means.forEach((mean, i) => {
      if (shares[i]! < ABOUT_AS_MUCH * share || Math.abs(mean) <= largest) return;
      worst = i;
      largest = Math.abs(mean);
    });
    return { worst, isBelow: this.means[worst]! < 0, share };
  }

  save(writer: ByteWriter): void {
    writer.varint(this.seen);
    writer.floats(this.means);
    writer.floats(this.powers);
  }

  /** @throws InvalidInputError for the state of another number of residuals */
  load(reader: ByteReader): void {
    this.seen = reader.varint();
    for (const array of [this.means, this.powers]) reader.floatsInto(array, 'lasting residuals');
  }

  /** Updates one mean and returns its relative size; then learns its scale. */
  private take(i: number, residual: number): number {
    const limited = Math.max(-MAX_RESIDUAL, Math.min(MAX_RESIDUAL, residual));
    const mean = this.means[i]! + (limited - this.means[i]!) / LASTING;
    this.means[i] = mean;
    const size = Math.abs(mean);
    const scale = this.powers[i]! ** (1 / POWER);
    const learned = this.seen > SETTLED_AFTER ? Math.min(size, LEARNED_AT_MOST * scale) : size;
    const rate = Math.max(SCALE_RATE, 1 / this.seen);
    this.powers[i] = this.powers[i]! + rate * (learned ** POWER - this.powers[i]!);
    return this.seen > MIN_MOMENTS && scale > 0 ? size / scale : 0;
  }
}
