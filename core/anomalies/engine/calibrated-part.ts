import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { ConformalHistogram } from './conformal-histogram.ts';

/** Result of one part for a point: the residual in the metric's unit, and -log10 of its conformal p-value. */
export interface PartScore {
  readonly residual: number;
  readonly score: number;
}

const FORGET_HALF_LIFE_POINTS = 5000;
/** No score before this number of points: ties in a short history carry no information. */
const MIN_POINTS = 20;

/** Scores a residual against its own past. */
export class CalibratedPart {
  private readonly past: ConformalHistogram;
  private points = 0;

  /** `beyondCap`: see ConformalHistogram. */
  constructor(beyondCap = 0) {
    this.past = new ConformalHistogram(FORGET_HALF_LIFE_POINTS, beyondCap);
  }

  /** -log10 of the p-value of a residual >= 0 (0 for the first few), then learns it. */
  score(residual: number): number {
    const score = this.past.scoreAndAbsorb(residual);
    if (this.points >= MIN_POINTS) return score;
    this.points++;
    return 0;
  }

  /** Residual that a share `tail` of past residuals exceeded. */
  quantile(tail: number): number {
    return this.past.quantile(tail);
  }

  save(writer: ByteWriter): void {
    writer.u8(this.points);
    this.past.save(writer);
  }

  load(reader: ByteReader): void {
    this.points = reader.u8();
    this.past.load(reader);
  }
}
