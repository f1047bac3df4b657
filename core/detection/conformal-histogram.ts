/** Bins per doubling of the residual: fine enough that where a bin edge falls hardly matters. */
const BINS_PER_OCTAVE = 16;
/** 64 octaves around the anchor; bin 0 holds exact zeros. A power of two, so that it is a Fenwick tree's size. */
export const BIN_COUNT = 1024;
const MIDDLE = BIN_COUNT / 2 + 0.5;
const UNIT_MASS = 4096;

/**
 * Running conformal p-value of a non-negative residual: how large a share of the (exponentially forgotten) past was
 * at least this large, with no assumption about its distribution (Vovk, Gammerman, Shafer: Algorithmic Learning in
 * a Random World, ch. 2; Laxhammar & Falkman 2014 for anomalies; half of a tie counts, the "smoothed" p-value).
 * The past is a histogram on a log2 grid, 16 bins an octave, anchored at the first non-zero residual, so that
 * rescaling the data moves no point to another bin. Masses are integers: sums are exact whatever their order, which
 * makes a restored histogram bit-identical. O(log bins) a point through a Fenwick tree (Fenwick 1994).
 */
export class ConformalHistogram {
  readonly masses: Int32Array;
  private readonly tree: Int32Array;
  private readonly growth: number;
  /** First non-zero residual seen, 0 until then. */
  anchor = 0;
  private scale = 0;
  total = 0;
  /** Mass of the next point: grows by 2 every half-life, and halves together with all masses then. */
  unit = UNIT_MASS;

  constructor(halfLifePoints: number) {
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
    if (this.anchor === 0 && residual > 0) this.setAnchor(residual);
    this.add(this.binOf(residual), Math.floor(this.unit));
    this.unit *= this.growth;
    if (this.unit >= 2 * UNIT_MASS) this.halve();
  }

  /** `-log10` of the p-value, then learns the residual: 0 is ordinary, 3 is one in a thousand. */
  scoreAndAbsorb(residual: number): number {
    const score = -Math.log10(this.pValue(residual));
    this.absorb(residual);
    return score;
  }

  /** Residual that a share `tail` of the past exceeded (upper edge of its bin); 0 while nothing is known. */
  quantile(tail: number): number {
    if (this.total === 0) return 0;
    let bin = BIN_COUNT - 1;
    let above = 0;
    while (bin > 0 && above + this.masses[bin]! <= tail * this.total) above += this.masses[bin--]!;
    return bin === 0 ? 0 : this.anchor * 2 ** ((bin + 1 - MIDDLE) / BINS_PER_OCTAVE);
  }

  /** Puts back saved state: `masses[bin]` for the given bins, and the three scalars. */
  load(anchor: number, unit: number, bins: Iterable<readonly [bin: number, mass: number]>): void {
    if (anchor > 0) this.setAnchor(anchor);
    this.unit = unit;
    for (const [bin, mass] of bins) this.add(bin, mass);
  }

  private setAnchor(residual: number): void {
    this.anchor = residual;
    this.scale = 1 / residual;
  }

  private binOf(residual: number): number {
    if (!(residual > 0)) return 0;
    if (this.anchor === 0) return BIN_COUNT - 1;
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
    for (let i = bin + 1; i <= BIN_COUNT; i += i & -i) tree[i] = tree[i]! + mass;
  }

  private halve(): void {
    this.unit *= 0.5;
    this.tree.fill(0);
    this.total = 0;
    for (let bin = 0; bin < BIN_COUNT; bin++) {
      const mass = this.masses[bin]! >> 1;
      this.masses[bin] = 0;
      if (mass > 0) this.add(bin, mass);
    }
  }
}
