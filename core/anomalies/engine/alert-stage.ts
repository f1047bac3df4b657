import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** When a score becomes an alert. Counts are points of the series, not seconds. */
export interface AlertStageOptions {
  /** Bar for the score while the budget is untouched. */
  readonly threshold: number;
  /** Points of silence after an alert. */
  readonly cooldownPoints: number;
  /** How much each past alert raises the bar. */
  readonly budgetStep: number;
  /** Points after which a past alert counts half. */
  readonly budgetHalfLifePoints: number;
  /** No alert before this many points and this many seconds of data. */
  readonly warmupPoints: number;
  readonly warmupSeconds: number;
}

/** Share of the threshold that a score may reach while no alert is possible. */
const MUTED_SHARE = 0.99;

/**
 * Turns a stream of scores into few alerts: after one, a cooldown; with every one, a higher bar for this series
 * (alert budget: a noisy metric quiets itself). The published score is the raw one less what the budget took, and
 * stays under the threshold while muted, so that `score >= threshold` says exactly where alerts are.
 */
export class AlertStage {
  private readonly options: AlertStageOptions;
  private readonly decay: number;
  /** Past alerts, exponentially forgotten. */
  private spent = 0;
  private cooldown = 0;
  private points = 0;
  private firstTimestamp = Number.NaN;

  constructor(options: AlertStageOptions) {
    this.options = options;
    this.decay = 2 ** (-1 / options.budgetHalfLifePoints);
  }

  /** Published score of one point: at least `threshold` where the point alerts. Timestamp in epoch seconds. */
  next(timestamp: number, raw: number, threshold = this.options.threshold): number {
    if (this.points === 0 || timestamp < this.firstTimestamp) this.firstTimestamp = timestamp;
    this.points++;
    this.spent *= this.decay;
    const score = Math.max(0, raw - this.options.budgetStep * this.spent);
    if (this.cooldown > 0 || this.isWarmingUp(timestamp)) {
      if (this.cooldown > 0) this.cooldown--;
      return Math.min(score, MUTED_SHARE * threshold);
    }
    if (score >= threshold) {
      this.spent++;
      this.cooldown = this.options.cooldownPoints;
    }
    return score;
  }

  save(writer: ByteWriter): void {
    writer.f64(this.spent);
    writer.varint(this.cooldown);
    writer.varint(this.points);
    writer.f64(this.firstTimestamp);
  }

  load(reader: ByteReader): void {
    this.spent = reader.f64();
    this.cooldown = reader.varint();
    this.points = reader.varint();
    this.firstTimestamp = reader.f64();
  }

  private isWarmingUp(timestamp: number): boolean {
    const { warmupPoints, warmupSeconds } = this.options;
    return this.points <= warmupPoints || timestamp - this.firstTimestamp < warmupSeconds;
  }
}
