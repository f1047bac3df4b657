import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** Memory of the mean, in moments: two hours at five minutes. */
const LASTING = 24;
/** A single spike is for the metric's own detector to judge. */
const LARGEST = 20;
/** The mean of 8th powers is led by the largest: a smooth, forgetting maximum. */
const POWER = 8;
const SCALE_RATE = 1 / 5000;
/** While fewer were seen a scale takes what comes; later a fault must not raise what is large at once. */
const SETTLED_AFTER = 300;
const LEARNED_AT_MOST = 2;
const FEWEST = 30;
const ABOUT_AS_MUCH = 0.6;

/**
 * What of several residuals lasts: of each its exponentially weighted mean (EWMA control chart, Roberts 1959), as a
 * share of how large that mean is at times, so that residuals with other tails can be compared.
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
   * Takes one residual of each kind. `share`: how much the one that stands out most does so, for it; `worst`: index of
   * the largest mean, with its sign, among those that stand out about as much. What goes with it is moved less far.
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

  /** Moves one mean and returns its share; then learns how large it is at times. */
  private take(i: number, residual: number): number {
    const limited = Math.max(-LARGEST, Math.min(LARGEST, residual));
    const mean = this.means[i]! + (limited - this.means[i]!) / LASTING;
    this.means[i] = mean;
    const size = Math.abs(mean);
    const scale = this.powers[i]! ** (1 / POWER);
    const learned = this.seen > SETTLED_AFTER ? Math.min(size, LEARNED_AT_MOST * scale) : size;
    const rate = Math.max(SCALE_RATE, 1 / this.seen);
    this.powers[i] = this.powers[i]! + rate * (learned ** POWER - this.powers[i]!);
    return this.seen > FEWEST && scale > 0 ? size / scale : 0;
  }
}
