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

/** What the alert stage makes of one point: `score >= threshold` exactly where `alert`. */
export interface StagedScore {
  readonly score: number;
  readonly alert: boolean;
}

/** Share of the threshold that a score may reach while no alert is possible. */
const MUTED_SHARE = 0.99;

/**
 * Turns a stream of scores into few alerts: after one, a cooldown; with every one, a higher bar for this series
 * (alert budget: a noisy metric quiets itself). The published score is the raw one less what the budget took; while
 * muted it stays under the threshold and counts only where it tops the muted scores before it, so that any other
 * threshold laid on the published scores sees one alert per episode too, not one per point.
 */
export class AlertStage {
  readonly options: AlertStageOptions;
  /** Past alerts, exponentially forgotten. */
  spent = 0;
  sinceAlert = Number.MAX_SAFE_INTEGER;
  points = 0;
  firstTimestamp = Number.NaN;
  private readonly decay: number;

  constructor(options: AlertStageOptions) {
    this.options = options;
    this.decay = 2 ** (-1 / options.budgetHalfLifePoints);
  }

  /** Decides about one point with its raw score; timestamp in epoch seconds. */
  next(timestamp: number, raw: number): StagedScore {
    const { threshold, cooldownPoints, budgetStep } = this.options;
    if (this.points === 0) this.firstTimestamp = timestamp;
    this.points++;
    this.sinceAlert++;
    this.spent *= this.decay;
    const score = Math.max(0, raw - budgetStep * this.spent);
    const mute = this.isWarmingUp(timestamp) || this.sinceAlert <= cooldownPoints;
    if (mute || score < threshold)
      return { score: mute ? Math.min(score, MUTED_SHARE * threshold) : score, alert: false };
    this.spent++;
    this.sinceAlert = 0;
    return { score, alert: true };
  }

  private isWarmingUp(timestamp: number): boolean {
    const { warmupPoints, warmupSeconds } = this.options;
    return this.points <= warmupPoints || timestamp - this.firstTimestamp < warmupSeconds;
  }
}
