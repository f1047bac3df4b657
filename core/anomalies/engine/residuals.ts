import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** Differences below this share of the values are rounding errors. */
const ROUNDING = 1e-12;
const VARIATION_WINDOW = 24;
const RHYTHM_RATE = 1 / 144;

/**
 * Absolute value of the exponentially weighted mean of the signed seasonal residual. Noise averages out; level shifts and
 * drifts remain (EWMA control chart, Roberts 1959). `points` is its memory.
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

  save(writer: ByteWriter): void {
    writer.f64(this.mean);
  }

  load(reader: ByteReader): void {
    this.mean = reader.f64();
  }
}

/**
 * Missing share of the daily pattern: the seasonal residuals of about the last 144 points projected on the learned shape
 * of the day, relative to that shape. 0: the pattern is as learned; 1: it is missing, or twice as strong.
 */
export class RhythmResidual {
  private product = 0;
  private power = 0;

  /** `difference`: signed seasonal residual; `shape`: average of this time of day minus that of the whole day. */
  next(difference: number, shape: number): number {
    this.product += (difference * shape - this.product) * RHYTHM_RATE;
    this.power += (shape * shape - this.power) * RHYTHM_RATE;
    return this.power > 0 ? Math.abs(this.product) / this.power : 0;
  }

  save(writer: ByteWriter): void {
    writer.f64(this.product);
    writer.f64(this.power);
  }

  load(reader: ByteReader): void {
    this.product = reader.f64();
    this.power = reader.f64();
  }
}

/**
 * Sum of the absolute steps between the last 24 values (undefined before). Its inverse is large if a metric has become
 * flat (dead sensor), the sum itself if its variance has increased.
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

  save(writer: ByteWriter): void {
    writer.floats(this.steps);
    writer.f64(this.previous);
    writer.varint(this.count);
  }

  load(reader: ByteReader): void {
    reader.floatsInto(this.steps, 'steps');
    this.previous = reader.f64();
    this.count = reader.varint();
  }
}
