import type { DetectorOptions } from './detector-options.ts';
import { ScoredAlert, type Verdict } from './scored-alert.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

/** Fewer peers say nothing about what is usual. */
const FEWEST_PEERS = 4;
const NORMAL_MAD = 1.4826;
const OFFSET_RATE = 0.02;
const BAND_TAIL = 0.02;

/** Where the targets of one profile stand at one moment, in the metric's unit. */
export interface PeerSummary {
  readonly median: number;
  /** Median absolute deviation, scaled to a normal's standard deviation. */
  readonly spread: number;
  readonly count: number;
}

/** Summary of the peers' finite values, or undefined for fewer than four. */
export const summarisePeers = (values: readonly number[]): PeerSummary | undefined => {
  const finite = values.filter(Number.isFinite);
  if (finite.length < FEWEST_PEERS) return undefined;
  const median = middle(finite);
  const spread = NORMAL_MAD * middle(finite.map((value) => Math.abs(value - median)));
  return { median, spread, count: finite.length };
};

/** What the comparison says of one point. */
export interface PeerResult extends Verdict {
  readonly kind: 'correlation';
  /** Distance from where this target usually stands among its peers, in spreads. */
  readonly residual: number;
  readonly expected: { readonly lower: number; readonly upper: number };
}

/**
 * One target's metric against its peers: a fleet that moves together is no anomaly, a target that leaves it is, and
 * one that always stood apart is not (its usual offset is learnt). Robust centre and scale: median and MAD (Rousseeuw
 * & Croux 1993). State per target and metric: an offset and a calibration.
 */
export class PeerDetector {
  private readonly verdict: ScoredAlert;
  private offset = 0;
  private points = 0;

  constructor(options: Omit<DetectorOptions, 'variant'> = {}) {
    this.verdict = new ScoredAlert(options);
  }

  /** Undefined where the value is not finite or the peers are too few. Timestamp in epoch seconds. */
  next(timestamp: number, value: number, peers: PeerSummary | undefined): PeerResult | undefined {
    if (peers === undefined || !Number.isFinite(value) || !Number.isFinite(timestamp)) return undefined;
    const centre = peers.median + this.offset;
    const distance = value - centre;
    const residual = this.points === 0 || distance === 0 ? 0 : Math.abs(distance) / peers.spread;
    const width = this.verdict.quantile(BAND_TAIL) * peers.spread;
    this.points++;
    this.offset += distance * Math.max(OFFSET_RATE, 1 / this.points);
    const expected = { lower: centre - width, upper: centre + width };
    return { ...this.verdict.next(timestamp, residual), kind: 'correlation', residual, expected };
  }

  save(writer: StateWriter): void {
    writer.float(this.offset);
    writer.whole(this.points);
    this.verdict.save(writer);
  }

  load(reader: StateReader): void {
    this.offset = reader.float();
    this.points = reader.whole();
    this.verdict.load(reader);
  }
}

const middle = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};
