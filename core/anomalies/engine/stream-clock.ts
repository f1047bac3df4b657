import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** This many consecutive points at or before the newest one mean that the clock was set back, not that they are late. */
const CLOCK_SET_BACK_AFTER = 32;

/**
 * Decides which points a stream accepts. A point whose value is not finite, or whose timestamp is not after the newest
 * one (a duplicate or late point), is skipped: no score, no alert, nothing learned. After 32 such timestamps in a row,
 * the stream assumes that its clock was set back (or that one wrong timestamp was in the future).
 */
export class StreamClock {
  /** Epoch seconds of the newest accepted point; -Infinity before the first. */
  private newest = Number.NEGATIVE_INFINITY;
  private staleInRow = 0;

  /** True if the stream accepts this point. */
  accepts(timestamp: number, value: number): boolean {
    if (!Number.isFinite(value) || !Number.isFinite(timestamp)) return false;
    if (timestamp <= this.newest && ++this.staleInRow < CLOCK_SET_BACK_AFTER) return false;
    this.staleInRow = 0;
    this.newest = timestamp;
    return true;
  }

  save(writer: ByteWriter): void {
    writer.f64(this.newest);
    writer.u8(this.staleInRow);
  }

  load(reader: ByteReader): void {
    this.newest = reader.f64();
    this.staleInRow = reader.u8();
  }
}
