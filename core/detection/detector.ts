import { AlertStage, type AlertStageOptions } from './alert-stage.ts';
import { ConformalHistogram } from './conformal-histogram.ts';
import { NeighbourResidual } from './neighbour-residual.ts';
import { SeasonalResidual } from './seasonal-residual.ts';
import { StreamClock } from './stream-clock.ts';

/** `behavioural`: unusual for this time of day; `pattern`: a run of values unlike any before. */
export type AnomalyKind = 'behavioural' | 'pattern' | 'correlation' | 'duration';

/** One part's view of a point: its residual in the metric's unit, and -log10 of its conformal p-value. */
export interface DetectionPart {
  readonly residual: number;
  readonly score: number;
}

/** What the detector says of one point. `score` reaches the alert threshold exactly where `alert` is true. */
export interface DetectionResult {
  readonly score: number;
  readonly alert: boolean;
  readonly parts: { readonly seasonal: DetectionPart; readonly neighbour?: DetectionPart };
  /** Band expected for this time of day, given on alerts. */
  readonly expected?: { readonly lower: number; readonly upper: number };
  readonly kind?: AnomalyKind;
}

/** Options of a detector: `light` leaves out the neighbour part; the rest sets the alert stage. */
export interface DetectorOptions extends Partial<AlertStageOptions> {
  readonly variant?: 'full' | 'light';
}

/** A streaming anomaly detector of one series. */
export interface Detector {
  /** Scores one point, then learns it. Timestamp in epoch seconds; never throws on gaps, NaN or disorder. */
  next(timestamp: number, value: number): DetectionResult;
}

/** Frozen alert stage of the full detector (docs/adr/0005-anomaly-detection.md). */
export const FULL_STAGE: AlertStageOptions = {
  threshold: 3.4,
  cooldownPoints: 100,
  budgetStep: 0.1,
  budgetHalfLifePoints: 2000,
  warmupPoints: 150,
  warmupSeconds: 2 * 86_400,
};
/** Frozen alert stage of the light detector. */
export const LIGHT_STAGE: AlertStageOptions = { ...FULL_STAGE, threshold: 2.7 };

const FORGET_HALF_LIFE_POINTS = 5000;
const SMALLER_SHARE = 0.5;
const BAND_TAIL = 0.01;
const PASSED_OVER: DetectionResult = {
  score: 0,
  alert: false,
  parts: { seasonal: { residual: 0, score: 0 } },
};

class StreamingDetector implements Detector {
  private readonly clock = new StreamClock();
  private readonly seasonal = new SeasonalResidual();
  private readonly seasonalPast = new ConformalHistogram(FORGET_HALF_LIFE_POINTS);
  private readonly neighbour: NeighbourResidual | undefined;
  private readonly neighbourPast = new ConformalHistogram(FORGET_HALF_LIFE_POINTS);
  private readonly stage: AlertStage;

  constructor(variant: 'full' | 'light', stage: AlertStageOptions) {
    this.neighbour = variant === 'full' ? new NeighbourResidual() : undefined;
    this.stage = new AlertStage(stage);
  }

  next(timestamp: number, value: number): DetectionResult {
    if (!this.clock.accepts(timestamp, value)) return PASSED_OVER;
    const average = this.seasonal.average(timestamp);
    const residual = this.seasonal.next(timestamp, value);
    const seasonal = { residual, score: this.seasonalPast.scoreAndAbsorb(residual) };
    const neighbour = this.scoreNeighbours(value);
    const { score, alert } = this.stage.next(timestamp, combine(seasonal.score, neighbour?.score));
    const parts = neighbour === undefined ? { seasonal } : { seasonal, neighbour };
    if (!alert) return { score, alert, parts };
    const kind = (neighbour?.score ?? 0) > seasonal.score ? 'pattern' : 'behavioural';
    return { score, alert, parts, kind, ...this.band(average) };
  }

  private scoreNeighbours(value: number): DetectionPart | undefined {
    const residual = this.neighbour?.next(value);
    if (residual === undefined) return undefined;
    return { residual, score: this.neighbourPast.scoreAndAbsorb(residual) };
  }

  private band(average: number | undefined): Pick<DetectionResult, 'expected'> {
    if (average === undefined) return {};
    const width = this.seasonalPast.quantile(BAND_TAIL);
    return { expected: { lower: average - width, upper: average + width } };
  }
}

const combine = (seasonal: number, neighbour: number | undefined): number => {
  if (neighbour === undefined) return seasonal;
  return Math.max(seasonal, neighbour) + SMALLER_SHARE * Math.min(seasonal, neighbour);
};

/** Makes a detector with an empty memory. Defaults: the full variant with its frozen alert stage. */
export const createDetector = (options: DetectorOptions = {}): Detector => {
  const { variant = 'full', ...stage } = options;
  return new StreamingDetector(variant, { ...(variant === 'full' ? FULL_STAGE : LIGHT_STAGE), ...stage });
};
