import { AlertStage, type AlertStageOptions } from './alert-stage.ts';
import { CalibratedPart } from './calibrated-part.ts';
import { alertStageOptions, type DetectorOptions } from './detector-options.ts';
import { Evidence } from './evidence.ts';
import type { StateReader, StateWriter } from './state-bytes.ts';

/** Verdict on one residual. */
export interface Verdict {
  readonly score: number;
  readonly alert: boolean;
  /** The residual is met once in so many points. */
  readonly oneIn: number;
  /** Epoch seconds since when the present episode lasts. */
  readonly since: number;
}

/** One residual, from calibration to alert: for detectors that look across series. */
export class ScoredAlert {
  private readonly past = new CalibratedPart();
  private readonly evidence = new Evidence();
  private readonly stage: AlertStage;
  private readonly options: AlertStageOptions;

  /** Options as of the light detector, which also scores a single residual. */
  constructor(options: Omit<DetectorOptions, 'variant'>) {
    this.options = alertStageOptions({ sensitivity: 'precise', ...options, variant: 'light' });
    this.stage = new AlertStage(this.options);
  }

  /** Scores a residual >= 0, then learns it. Timestamp in epoch seconds. */
  next(timestamp: number, residual: number): Verdict {
    const rank = this.past.score(residual);
    const score = this.stage.next(timestamp, this.evidence.next(timestamp, rank));
    const alert = score >= this.options.threshold;
    return { score, alert, oneIn: Math.round(10 ** rank), since: this.evidence.since };
  }

  /** Residual that a share `tail` of the past exceeded. */
  quantile(tail: number): number {
    return this.past.quantile(tail);
  }

  save(writer: StateWriter): void {
    for (const part of [this.past, this.evidence, this.stage]) part.save(writer);
  }

  load(reader: StateReader): void {
    for (const part of [this.past, this.evidence, this.stage]) part.load(reader);
  }
}
