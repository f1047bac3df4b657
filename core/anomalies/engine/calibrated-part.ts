import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { ConformalHistogram } from './conformal-histogram.ts';

/** One part's view of a point: its residual in the metric's unit, and -log10 of its conformal p-value. */
export interface PartScore {
  readonly residual: number;
  readonly score: number;
}

const FORGET_HALF_LIFE_POINTS = 5000;
/** A past may hold half a tie of a handful of points, which says nothing: no score before so many. */
const FEWEST_POINTS = 20;

/** A residual's own past and the score it gives a new residual. */
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
    if (this.points >= FEWEST_POINTS) return score;
    this.points++;
    return 0;
  }

  /** Residual that a share `tail` of the past exceeded. */
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
