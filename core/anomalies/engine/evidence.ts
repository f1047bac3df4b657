import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** Points for which a peak still counts as recent. */
const RECENT = 16;
const PEAK_SHARE = 0.3;
/** Min score (one point in 30) of an episode. */
const EPISODE_SCORE = 1.5;

/**
 * Adds to the score of a point a share of the highest of the previous 16 scores, because repeated unusual points are
 * stronger evidence. Also remembers the start of the current episode of unusual points.
 */
export class Evidence {
  private readonly recent = new Float64Array(RECENT);
  private position = 0;
  private quietPoints = RECENT;
  private onset = Number.NaN;

  /** Epoch seconds of the first unusual point of the current episode; NaN before the first episode. */
  get since(): number {
    return this.onset;
  }

  /** Returns the score with the recent peak added; remembers the original score. */
  next(timestamp: number, score: number): number {
    let peak = 0;
    for (let i = 0; i < RECENT; i++) if (this.recent[i]! > peak) peak = this.recent[i]!;
    this.recent[this.position] = score;
    this.position = (this.position + 1) % RECENT;
    this.follow(timestamp, score);
    return score + PEAK_SHARE * peak;
  }

  save(writer: ByteWriter): void {
    writer.floats(this.recent);
    writer.varint(this.position);
    writer.u8(this.quietPoints);
    writer.f64(this.onset);
  }

  load(reader: ByteReader): void {
    reader.floatsInto(this.recent, 'recent scores');
    this.position = reader.varintBelow(RECENT);
    this.quietPoints = reader.u8();
    this.onset = reader.f64();
  }

  private follow(timestamp: number, score: number): void {
    if (score < EPISODE_SCORE) {
      if (this.quietPoints < RECENT) this.quietPoints++;
      return;
    }
    if (this.quietPoints >= RECENT) this.onset = timestamp;
    this.quietPoints = 0;
  }
}
