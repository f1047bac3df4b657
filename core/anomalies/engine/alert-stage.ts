import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';

/** Conditions under which a score becomes an alert. Counts are points of the series, not seconds. */
export interface AlertStageOptions {
  /** Threshold for the score before any alert was raised. */
  readonly threshold: number;
  /** Points without further alerts after an alert. */
  readonly cooldownPoints: number;
  /** Amount by which each past alert raises the threshold. */
  readonly budgetStep: number;
  /** Points after which a past alert counts half. */
  readonly budgetHalfLifePoints: number;
  /** No alert before this many points and this many seconds of data. */
  readonly warmupPoints: number;
  readonly warmupSeconds: number;
}

/** Max published score while no alert is possible, as a share of the threshold. */
const MUTED_SHARE = 0.99;

/**
 * Turns a stream of scores into few alerts. Each alert starts a cooldown and raises the threshold of this series (alert
 * budget), so that a noisy metric raises fewer alerts. The published score is the raw score minus the raised amount, and
 * stays below the threshold while muted, so `score >= threshold` is true exactly for alerts.
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

  /** Published score of one point; at least `threshold` if the point alerts. Timestamp in epoch seconds. */
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
