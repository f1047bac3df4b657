import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** So many points in a row at or before the newest one mean that the clock was set back, not that they are late. */
const CLOCK_SET_BACK_AFTER = 32;

/**
 * Decides which points a stream takes. A point whose value is not finite, or whose timestamp is not after the
 * newest one (a duplicate, a late arrival), is passed over: no score, no alert, nothing learnt. After 32 such
 * timestamps in a row the stream accepts that its clock was set back (or that one bad timestamp lay in the future).
 */
export class StreamClock {
  /** Epoch seconds of the newest point taken; -Infinity before the first. */
  private newest = Number.NEGATIVE_INFINITY;
  private staleInRow = 0;

  /** Whether to take this point. */
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
