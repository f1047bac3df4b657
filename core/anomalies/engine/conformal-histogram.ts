import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';

/** Bins per doubling of the residual: so fine that the position of bin edges hardly matters. */
const BINS_PER_OCTAVE = 16;
/** 64 octaves around the anchor; bin 0 contains exact zeros. A power of two, as the Fenwick tree requires. */
const BIN_COUNT = 1024;
const MIDDLE = BIN_COUNT / 2 + 0.5;
const UNIT_MASS = 4096;
/** The tail is extrapolated from the residual that this share of the past exceeds. */
const TAIL_SHARE = 0.01;
const MIN_TAIL_POINTS = 1 / TAIL_SHARE;
/** The steepness of the tail is estimated from this share of the largest residuals. */
const STEEPNESS_SHARE = 0.02;
/** Bounds of the tail's exponent: the heaviest tails observed, and the steepest that few points can support. */
const FLATTEST = 0.5;
const STEEPEST = 8;

/**
 * Running conformal p-value of a non-negative residual: the share of the (exponentially forgotten) past that was at
 * least this large, without assumptions about its distribution (Vovk, Gammerman, Shafer: Algorithmic Learning in a
 * Random World, ch. 2; Laxhammar & Falkman 2014 for anomalies; half of a tie counts, the "smoothed" p-value).
 * The past is a histogram on a log2 grid with 16 bins per octave, anchored at the first non-zero residual, so that
 * rescaling the data does not move any point to another bin. Masses are integers, so sums are exact in any order and a
 * restored histogram is bit-identical. O(log bins) per point with a Fenwick tree (Fenwick 1994).
 *
 * A rank does not show how far a residual lies beyond all previous ones. If `beyondCap` is set, the score also follows a
 * power tail fitted to the largest residuals (Hill 1975) and can exceed the score of the rank by at most `beyondCap`:
 * twice the usual extreme means little for a metric with bursts, and much for one without.
 */
export class ConformalHistogram {
  private readonly masses: Int32Array;
  private readonly tree: Int32Array;
  private readonly growth: number;
  private readonly beyondCap: number;
  /** First non-zero residual seen, 0 until then. */
  private anchor = 0;
  private scale = 0;
  private total = 0;
  /** Highest non-empty bin. */
  private top = 0;
  /** Mass of the next point: doubles every half-life; then all masses are halved. */
  private unit = UNIT_MASS;

  /** `beyondCap`: max amount that the tail adds to the score of the rank. */
  constructor(halfLifePoints: number, beyondCap = 0) {
    this.beyondCap = beyondCap;
    this.masses = new Int32Array(BIN_COUNT);
    this.tree = new Int32Array(BIN_COUNT + 1);
    this.growth = 2 ** (1 / halfLifePoints);
  }

  /** p-value in (0, 1] of a residual >= 0 against the past; does not learn it. */
  pValue(residual: number): number {
    const bin = this.binOf(residual);
    const own = this.masses[bin]!;
    const above = this.total - this.massUpTo(bin);
    return (above + 0.5 * own + 0.5 * this.unit) / (this.total + this.unit);
  }

  /** Learns one residual. */
  absorb(residual: number): void {
    if (this.anchor === 0 && residual > 0 && residual < Number.POSITIVE_INFINITY) this.setAnchor(residual);
    this.add(this.binOf(residual), Math.floor(this.unit));
    this.unit *= this.growth;
    if (this.unit >= 2 * UNIT_MASS) this.halve();
  }

  /** Returns `-log10` of the p-value (of the rank or of the tail), then learns the residual: 3 is one in a thousand. */
  scoreAndAbsorb(residual: number): number {
    const rank = -Math.log10(this.pValue(residual));
    const isFar = this.beyondCap > 0 && rank > -Math.log10(TAIL_SHARE);
    const score = isFar ? Math.max(rank, Math.min(this.tailScore(residual), rank + this.beyondCap)) : rank;
    this.absorb(residual);
    return score;
  }

  /** Residual that a share `tail` of the past exceeded (upper edge of its bin); 0 without a past. */
  quantile(tail: number): number {
    if (this.total === 0) return 0;
    const bin = this.quantileBin(tail);
    return bin === 0 ? 0 : this.anchor * 2 ** ((bin + 1 - MIDDLE) / BINS_PER_OCTAVE);
  }

  save(writer: ByteWriter): void {
    writer.f64(this.anchor);
    writer.f64(this.unit);
    let last = -1;
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      if (this.masses[bin] === 0) continue;
      writer.varint(bin - last);
      writer.varint(this.masses[bin]!);
      last = bin;
    }
    writer.varint(0);
  }

  /** Only into a fresh instance. */
  load(reader: ByteReader): void {
    const anchor = reader.f64();
    if (anchor > 0) this.setAnchor(anchor);
    this.unit = reader.f64();
    let bin = -1;
    for (let gap = reader.varint(); gap > 0; gap = reader.varint()) {
      bin += gap;
      if (bin >= BIN_COUNT) throw new InvalidInputError(`expected at most ${BIN_COUNT} bins of residuals`);
      this.add(bin, reader.varint());
    }
  }

  private quantileBin(tail: number): number {
    let bin = this.top;
    let above = 0;
    while (bin > 0 && above + this.masses[bin]! <= tail * this.total) above += this.masses[bin--]!;
    return bin;
  }

  /** `-log10` of the power tail's probability; 0 until enough was learned. */
  private tailScore(residual: number): number {
    if (this.total < MIN_TAIL_POINTS * this.unit) return 0;
    const bin = this.binOf(residual);
    const from = this.quantileBin(TAIL_SHARE);
    // If the past is mostly zeros, only its largest residual is known.
    if (from === 0) return -Math.log10(this.pValue(residual)) + perOctaves(bin - this.top) * FLATTEST;
    return -Math.log10(TAIL_SHARE) + perOctaves(bin - from) * this.steepness();
  }

  /** Exponent of the tail by Hill's estimator: one over the mean log ratio of residuals to the quantile they exceed. */
  private steepness(): number {
    const from = this.quantileBin(STEEPNESS_SHARE);
    let mass = 0;
    let octaves = 0;
    for (let bin = from + 1; bin <= this.top; bin++) {
      mass += this.masses[bin]!;
      octaves += (this.masses[bin]! * (bin - from)) / BINS_PER_OCTAVE;
    }
    // If many residuals tie with the largest, none exceeds it.
    if (mass === 0) return STEEPEST;
    return Math.min(STEEPEST, Math.max(FLATTEST, mass / (octaves * Math.LN2)));
  }

  private setAnchor(residual: number): void {
    this.anchor = residual;
    this.scale = 1 / residual;
  }

  private binOf(residual: number): number {
    if (!(residual > 0)) return 0;
    if (this.anchor === 0 || residual === Number.POSITIVE_INFINITY) return BIN_COUNT - 1;
    const bin = Math.floor(Math.log2(residual * this.scale) * BINS_PER_OCTAVE + MIDDLE);
    return bin < 1 ? 1 : bin > BIN_COUNT - 1 ? BIN_COUNT - 1 : bin;
  }

  private massUpTo(bin: number): number {
    const tree = this.tree;
    let sum = 0;
    for (let i = bin + 1; i > 0; i &= i - 1) sum += tree[i]!;
    return sum;
  }

  private add(bin: number, mass: number): void {
    const tree = this.tree;
    this.masses[bin] = this.masses[bin]! + mass;
    this.total += mass;
    if (bin > this.top) this.top = bin;
    for (let i = bin + 1; i <= BIN_COUNT; i += i & -i) tree[i] = tree[i]! + mass;
  }

  private halve(): void {
    this.unit *= 0.5;
    this.tree.fill(0);
    this.total = 0;
    this.top = 0;
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      const mass = this.masses[bin]! >> 1;
      this.masses[bin] = 0;
      if (mass > 0) this.add(bin, mass);
    }
  }
}

/** Amount that a number of bins adds to `-log10` of a probability that falls with exponent 1. */
const perOctaves = (bins: number): number => (bins / BINS_PER_OCTAVE) * Math.log10(2);
