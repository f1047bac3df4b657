import { InvalidInputError } from '../errors.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

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

  /** Takes one residual of each kind; the one that stands out most, with its sign, and its index. */
  next(residuals: readonly number[]): { readonly worst: number; readonly residual: number } {
    this.seen++;
    let worst = 0;
    let residual = 0;
    residuals.forEach((one, i) => {
      const mean = this.means[i]! + (Math.max(-LARGEST, Math.min(LARGEST, one)) - this.means[i]!) / LASTING;
      this.means[i] = mean;
      const scale = this.powers[i]! ** (1 / POWER);
      const share = this.seen > FEWEST && scale > 0 ? mean / scale : 0;
      this.learn(i, Math.abs(mean), scale);
      if (Math.abs(share) <= Math.abs(residual)) return;
      worst = i;
      residual = share;
    });
    return { worst, residual };
  }

  save(writer: StateWriter): void {
    writer.whole(this.seen);
    writer.floats(this.means);
    writer.floats(this.powers);
  }

  /** @throws InvalidInputError for the state of another number of residuals */
  load(reader: StateReader): void {
    this.seen = reader.whole();
    for (const array of [this.means, this.powers]) {
      const saved = reader.floats();
      if (saved.length !== array.length)
        throw new InvalidInputError(`expected ${array.length} lasting residuals, found ${saved.length}`);
      array.set(saved);
    }
  }

  private learn(i: number, size: number, scale: number): void {
    const learned = this.seen > SETTLED_AFTER ? Math.min(size, LEARNED_AT_MOST * scale) : size;
    const rate = Math.max(SCALE_RATE, 1 / this.seen);
    this.powers[i] = this.powers[i]! + rate * (learned ** POWER - this.powers[i]!);
  }
}
