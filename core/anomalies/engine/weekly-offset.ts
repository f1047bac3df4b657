import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { DAY_SECONDS, WEEK_SECONDS } from '../../shared/time.ts';

/** Two hours, aligned to days. */
const BLOCK_SECONDS = 7200;
const BLOCKS = WEEK_SECONDS / BLOCK_SECONDS;
const SLOWEST_RATE = 0.3;
const MAX_WEEKS = 255;
/** Time and number of points over which the errors with and without offsets are compared. */
const COMPARED_SECONDS = 5 * DAY_SECONDS;
const ERROR_POINTS = 2000;
/** Offsets are used only if they reduce the error to this share, which a coincidence over a few weeks does not. */
const MAX_ERROR_SHARE = 0.7;

/**
 * Usual offset of a time of the week from the average of its time of day, by blocks of two hours, for example on weekends
 * or during weekly jobs. Learned as an exponentially weighted mean of weekly block means. 0 unless the offsets clearly
 * reduce the error. The result does not depend on the first day of the week.
 */
export class WeeklyOffset {
  /** Single precision is exact enough, and these are most of the saved state. */
  private readonly offsets = new Float32Array(BLOCKS);
  private readonly weeks = new Uint8Array(BLOCKS);
  /** Current block and its differences so far; learned when the block is over, so that a fault does not hide itself. */
  private block = 0;
  private sum = 0;
  private count = 0;
  /** Epoch seconds at which the comparison of errors began; NaN until the first week is over. */
  private comparedSince = Number.NaN;
  private compared = 0;
  private error = 0;
  private errorWithOffset = 0;

  /** Offset at this moment, in the unit of the differences. Timestamp in epoch seconds. */
  at(timestamp: number): number {
    const counts =
      timestamp - this.comparedSince >= COMPARED_SECONDS &&
      this.errorWithOffset < MAX_ERROR_SHARE * this.error;
    return counts ? this.offsets[blockOf(timestamp)]! : 0;
  }

  /** Learns the difference of a value from the average of its time of day. */
  absorb(timestamp: number, difference: number): void {
    const block = blockOf(timestamp);
    if (block !== this.block) this.close(block);
    this.sum += difference;
    this.count++;
    if (this.weeks[block]! > 0) this.compare(timestamp, difference, this.offsets[block]!);
  }

  save(writer: ByteWriter): void {
    for (let block = 0; block < BLOCKS; block++) {
      writer.u8(this.weeks[block]!);
      if (this.weeks[block]! > 0) writer.f32(this.offsets[block]!);
    }
    for (const number of [this.sum, this.comparedSince, this.error, this.errorWithOffset]) writer.f64(number);
    for (const number of [this.block, this.count, this.compared]) writer.varint(number);
  }

  load(reader: ByteReader): void {
    for (let block = 0; block < BLOCKS; block++) {
      this.weeks[block] = reader.u8();
      if (this.weeks[block]! > 0) this.offsets[block] = reader.f32();
    }
    this.sum = reader.f64();
    this.comparedSince = reader.f64();
    this.error = reader.f64();
    this.errorWithOffset = reader.f64();
    this.block = reader.varint();
    this.count = reader.varint();
    this.compared = reader.varint();
  }

  private close(next: number): void {
    const { block, count } = this;
    if (count > 0) {
      const weeks = Math.min(MAX_WEEKS, this.weeks[block]! + 1);
      this.weeks[block] = weeks;
      const rate = Math.max(SLOWEST_RATE, 1 / weeks);
      this.offsets[block] = this.offsets[block]! + (this.sum / count - this.offsets[block]!) * rate;
    }
    this.block = next;
    this.sum = 0;
    this.count = 0;
  }

  private compare(timestamp: number, difference: number, offset: number): void {
    if (!(timestamp >= this.comparedSince)) this.comparedSince = timestamp;
    if (this.compared < ERROR_POINTS) this.compared++;
    this.error += (Math.abs(difference) - this.error) / this.compared;
    this.errorWithOffset += (Math.abs(difference - offset) - this.errorWithOffset) / this.compared;
  }
}

const blockOf = (timestamp: number): number => {
  const second = timestamp % WEEK_SECONDS;
  return Math.floor((second < 0 ? second + WEEK_SECONDS : second) / BLOCK_SECONDS);
};
