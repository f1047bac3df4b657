import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { WeeklyOffset } from './weekly-offset.ts';

/** Half hours of the day (UTC). */
export const DAY_BINS = 48;
const BIN_SECONDS = DAY_SECONDS / DAY_BINS;
const SLOWEST_RATE = 0.03;
const MAX_VISITS = 255;
/** Differences below this share of the values are rounding errors. */
const ROUNDING = 1e-12;

/**
 * Distance of a value from the running average of its half hour of the day (UTC): the simplest baseline with a daily
 * pattern. An average moves towards each value by max(0.03, 1 / visits). If the metric also has a weekly pattern, its
 * offset is subtracted. State: 48 averages and counts, 84 offsets and counts.
 */
export class SeasonalResidual {
  private readonly averages = new Float64Array(DAY_BINS);
  private readonly visits = new Uint8Array(DAY_BINS);
  private readonly weekly = new WeeklyOffset();

  /** Usual value at this moment; NaN until a value was seen at this time of day. Timestamp in epoch seconds. */
  average(timestamp: number): number {
    const bin = dayBin(timestamp);
    return this.visits[bin] === 0 ? Number.NaN : this.averages[bin]! + this.weekly.at(timestamp);
  }

  /** Average of this time of day, NaN until a value was seen at this time. Timestamp in epoch seconds. */
  daily(timestamp: number): number {
    const bin = dayBin(timestamp);
    return this.visits[bin] === 0 ? Number.NaN : this.averages[bin]!;
  }

  /** Average of this time of day minus that of the whole day; 0 until a value was seen at this time. */
  shape(timestamp: number): number {
    const bin = dayBin(timestamp);
    if (this.visits[bin] === 0) return 0;
    let sum = 0;
    let known = 0;
    for (let other = 0; other < DAY_BINS; other++) {
      if (this.visits[other] === 0) continue;
      sum += this.averages[other]!;
      known++;
    }
    return this.averages[bin]! - sum / known;
  }

  /** Returns the difference from the usual value (0 for the first value of a half hour), then learns the value. */
  next(timestamp: number, value: number): number {
    const bin = dayBin(timestamp);
    const visits = this.visits[bin]!;
    if (visits < MAX_VISITS) this.visits[bin] = visits + 1;
    if (visits === 0) {
      this.averages[bin] = value;
      return 0;
    }
    const average = this.averages[bin]!;
    const daily = value - average;
    this.averages[bin] = average + daily * Math.max(SLOWEST_RATE, 1 / (visits + 1));
    const difference = daily - this.weekly.at(timestamp);
    this.weekly.absorb(timestamp, daily);
    return Math.abs(difference) <= ROUNDING * Math.abs(average) ? 0 : difference;
  }

  save(writer: ByteWriter): void {
    for (let bin = 0; bin < DAY_BINS; bin++) {
      writer.u8(this.visits[bin]!);
      if (this.visits[bin]! > 0) writer.f64(this.averages[bin]!);
    }
    this.weekly.save(writer);
  }

  load(reader: ByteReader): void {
    for (let bin = 0; bin < DAY_BINS; bin++) {
      this.visits[bin] = reader.u8();
      if (this.visits[bin]! > 0) this.averages[bin] = reader.f64();
    }
    this.weekly.load(reader);
  }
}

const dayBin = (timestamp: number): number => {
  const second = timestamp % DAY_SECONDS;
  return Math.floor((second < 0 ? second + DAY_SECONDS : second) / BIN_SECONDS);
};
