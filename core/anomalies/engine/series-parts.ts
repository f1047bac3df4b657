import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { CalibratedPart, type PartScore } from './calibrated-part.ts';
import type { DetectionResult } from './detection-result.ts';
import { type ForecastBand, forecastResidual } from './forecast-residual.ts';
import { NeighbourResidual } from './neighbour-residual.ts';
import { RhythmResidual, SlowResidual, VariationResidual } from './residuals.ts';

const SLOW_POINTS = 12;
const DRIFT_POINTS = 96;
/** Share of the weaker of two agreeing parts that is added to the stronger. */
const WEAKER_SHARE = 0.5;
/** Subtracted from the score of lasting deviations, because their residuals are strongly autocorrelated. */
const LASTING_HANDICAP = 0.5;
/** The same for the two parts that raised many false alarms on noisy metrics. */
const DRIFT_HANDICAP = 1.5;
const RESTLESS_HANDICAP = 1;

/** Cap for metrics that become flat for the first time, even after a short past. */
const QUIET_BEYOND_CAP = 2;
/** Cap for metrics that lose their daily pattern for the first time, even after a short past. */
const RHYTHM_BEYOND_CAP = 2;
/** Cap for unusually volatile metrics; must exceed the handicap. */
const RESTLESS_BEYOND_CAP = 2;
/** Lower cap, because means follow a single extreme value for a long time. */
const LEVEL_BEYOND_CAP = 1;

type Parts = { -readonly [Name in keyof DetectionResult['parts']]: DetectionResult['parts'][Name] };

/** One point with the result of the seasonal part. */
export interface SeriesPoint {
  readonly value: number;
  /** Its signed seasonal residual. */
  readonly difference: number;
  /** Learned average of this time of day minus that of the whole day, before this point. */
  readonly shape: number;
  readonly seasonal: PartScore;
  readonly forecast: ForecastBand | undefined;
}

/** All parts of the full detector except the time of day, each with its own calibration. */
export class SeriesParts {
  private readonly neighbour = new NeighbourResidual();
  private readonly slow = new SlowResidual(SLOW_POINTS);
  private readonly drift = new SlowResidual(DRIFT_POINTS);
  private readonly rhythm = new RhythmResidual();
  private readonly variation = new VariationResidual();
  private readonly past = {
    short: new CalibratedPart(),
    long: new CalibratedPart(),
    slow: new CalibratedPart(LEVEL_BEYOND_CAP),
    drift: new CalibratedPart(LEVEL_BEYOND_CAP),
    rhythm: new CalibratedPart(RHYTHM_BEYOND_CAP),
    quiet: new CalibratedPart(QUIET_BEYOND_CAP),
    restless: new CalibratedPart(RESTLESS_BEYOND_CAP),
    forecast: new CalibratedPart(),
  };

  /** Parts of one point. */
  next({ value, difference, shape, seasonal, forecast }: SeriesPoint): Parts {
    const parts: Parts = { seasonal };
    this.scoreNeighbours(value, parts);
    parts.slow = scored(this.past.slow, this.slow.next(difference));
    parts.drift = scored(this.past.drift, this.drift.next(difference));
    parts.rhythm = scored(this.past.rhythm, this.rhythm.next(difference, shape));
    this.scoreVariation(value, parts);
    const beyond = forecast === undefined ? undefined : forecastResidual(value, forecast);
    if (beyond !== undefined) parts.forecast = scored(this.past.forecast, beyond);
    return parts;
  }

  save(writer: ByteWriter): void {
    for (const part of [this.neighbour, this.slow, this.drift, this.rhythm, this.variation])
      part.save(writer);
    for (const part of Object.values(this.past)) part.save(writer);
  }

  load(reader: ByteReader): void {
    for (const part of [this.neighbour, this.slow, this.drift, this.rhythm, this.variation])
      part.load(reader);
    for (const part of Object.values(this.past)) part.load(reader);
  }

  private scoreNeighbours(value: number, parts: Parts): void {
    const { short, long } = this.neighbour.next(value);
    const shortScore = Number.isNaN(short) ? 0 : this.past.short.score(short);
    const longScore = Number.isNaN(long) ? 0 : this.past.long.score(long);
    if (!Number.isNaN(long)) parts.neighbour = { residual: long, score: 0.5 * (shortScore + longScore) };
  }

  private scoreVariation(value: number, parts: Parts): void {
    const variation = this.variation.next(value);
    if (variation === undefined) return;
    parts.quiet = scored(this.past.quiet, 1 / variation);
    parts.restless = scored(this.past.restless, variation);
  }
}

const scored = (past: CalibratedPart, residual: number): PartScore => ({
  residual,
  score: past.score(residual),
});

const together = (a: number, b: number): number => (a > b ? a + WEAKER_SHARE * b : b + WEAKER_SHARE * a);

/**
 * Combines all parts into one score: pairs each deviation from the time of day (or from the forecast) with the novelty of
 * the pattern, subtracts the handicap of lasting ones, and takes the strongest pair.
 */
export const combineParts = (parts: DetectionResult['parts']): number => {
  const neighbour = parts.neighbour?.score ?? 0;
  const pair = (part: PartScore | undefined, handicap: number): number =>
    part === undefined ? 0 : together(part.score, neighbour) - handicap;
  return Math.max(
    pair(parts.seasonal, 0),
    pair(parts.forecast, 0),
    pair(parts.slow, LASTING_HANDICAP),
    pair(parts.rhythm, LASTING_HANDICAP),
    pair(parts.quiet, LASTING_HANDICAP),
    pair(parts.drift, DRIFT_HANDICAP),
    pair(parts.restless, RESTLESS_HANDICAP),
  );
};
