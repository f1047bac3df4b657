import type { StateReader, StateWriter } from './state-bytes.ts';

/** Differences below this share of the values are rounding, not change. */
const ROUNDING = 1e-12;
const VARIATION_WINDOW = 24;
const RHYTHM_RATE = 1 / 144;

/**
 * Exponentially weighted mean of the signed seasonal residual, absolute: noise averages out, what stays is a level
 * shift or a drift (EWMA control chart, Roberts 1959). `points` is its memory.
 */
export class SlowResidual {
  private readonly rate: number;
  private mean = 0;

  constructor(points: number) {
    this.rate = 1 / points;
  }

  next(difference: number): number {
    this.mean += (difference - this.mean) * this.rate;
    return Math.abs(this.mean);
  }

  save(writer: StateWriter): void {
    writer.float(this.mean);
  }

  load(reader: StateReader): void {
    this.mean = reader.float();
  }
}

/**
 * How much of the daily rhythm is missing: the seasonal residuals of about the last 144 points projected on the
 * learned shape of the day, in shares of that shape. 0: the rhythm is as learned; 1: it is gone, or twice as strong.
 */
export class RhythmResidual {
  private product = 0;
  private power = 0;

  /** `difference`: signed seasonal residual; `shape`: the time of day's average less that of the whole day. */
  next(difference: number, shape: number): number {
    this.product += (difference * shape - this.product) * RHYTHM_RATE;
    this.power += (shape * shape - this.power) * RHYTHM_RATE;
    return this.power > 0 ? Math.abs(this.product) / this.power : 0;
  }

  save(writer: StateWriter): void {
    writer.float(this.product);
    writer.float(this.power);
  }

  load(reader: StateReader): void {
    this.product = reader.float();
    this.power = reader.float();
  }
}

/**
 * Sum of the absolute steps between the last 24 values (undefined before). Its inverse is large where a metric has
 * gone quiet (flat line, dead sensor), the sum itself where it has become restless (variance change).
 */
export class VariationResidual {
  private readonly steps = new Float64Array(VARIATION_WINDOW);
  private previous = Number.NaN;
  private count = 0;

  next(value: number): number | undefined {
    const step = Math.abs(value - this.previous);
    const rounding = ROUNDING * Math.abs(value);
    this.previous = value;
    if (this.count > 0) this.steps[this.count % VARIATION_WINDOW] = step <= rounding ? 0 : step;
    this.count++;
    if (this.count <= VARIATION_WINDOW) return undefined;
    let sum = 0;
    for (let i = 0; i < VARIATION_WINDOW; i++) sum += this.steps[i]!;
    return sum;
  }

  save(writer: StateWriter): void {
    writer.floats(this.steps);
    writer.float(this.previous);
    writer.whole(this.count);
  }

  load(reader: StateReader): void {
    this.steps.set(reader.floats());
    this.previous = reader.float();
    this.count = reader.whole();
  }
}
