import type { StateReader, StateWriter } from './state-bytes.ts';

/** Differences below this share of the values are rounding, not change. */
const ROUNDING = 1e-12;
const VARIATION_WINDOW = 24;

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
