import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import type { DetectionResult } from './detection-result.ts';
import type { DetectorOptions } from './detector-options.ts';
import { type AcceptedPoint, copyOf, type PointContext, PointScorer } from './point-scorer.ts';
import { StreamClock } from './stream-clock.ts';
import { UsualMoves } from './usual-moves.ts';

export type { DetectionResult } from './detection-result.ts';
export type { DetectorOptions, DetectorVariant, Sensitivity } from './detector-options.ts';
export type { PointContext } from './point-scorer.ts';

/** A streaming anomaly detector of one series, strictly causal, with O(1) state. */
export interface Detector {
  /** Scores one point, then learns it. Timestamp in epoch seconds; never throws on gaps, NaN or disorder. */
  next(timestamp: number, value: number, context?: PointContext): DetectionResult;
  /** Range of 98 % of the values at this time of day; undefined until a value was seen at this time. */
  expected(timestamp: number): { readonly lower: number; readonly upper: number } | undefined;
}

/** Far values in a row that may be glitches; one more is a new level. */
const MAX_GLITCH_POINTS = 2;
const PASSED_OVER: DetectionResult = { score: 0, alert: false, parts: {} };
const NO_CONTEXT: PointContext = {};

/**
 * The only implementation: create with `createDetector`, save with `serialise`.
 *
 * A value far beyond all before it is scored, but not yet learned. If the values return after one or two such points, these
 * were glitches and the detector continues as if they had never arrived. Otherwise it learns them, and continues as if it
 * had never waited.
 */
export class StreamingDetector implements Detector {
  private readonly clock = new StreamClock();
  private readonly moves = new UsualMoves();
  private scorer: PointScorer;
  /** Far points that are not learned yet, and a scorer that has learned them, made when needed. */
  private waiting: AcceptedPoint[] = [];
  private ahead: PointScorer | undefined;

  constructor(options: DetectorOptions) {
    this.scorer = new PointScorer(options);
  }

  get options(): DetectorOptions {
    return this.scorer.options;
  }

  next(timestamp: number, value: number, context: PointContext = NO_CONTEXT): DetectionResult {
    if (!this.clock.accepts(timestamp, value)) return PASSED_OVER;
    const point = { timestamp, value, context };
    const usual = this.scorer.average(timestamp);
    if (this.moves.isFar(value, usual)) return this.wait(point);
    if (this.waiting.length > 0) this.settle(this.scorer);
    this.moves.learn(value, usual);
    return this.scorer.next(point);
  }

  expected(timestamp: number): { readonly lower: number; readonly upper: number } | undefined {
    return this.scorer.expected(timestamp);
  }

  save(writer: ByteWriter): void {
    for (const part of [this.clock, this.scorer, this.moves]) part.save(writer);
    writer.u8(this.waiting.length);
    for (const point of this.waiting) savePoint(writer, point);
  }

  load(reader: ByteReader): void {
    for (const part of [this.clock, this.scorer, this.moves]) part.load(reader);
    this.waiting = Array.from({ length: reader.u8() }, () => loadPoint(reader));
  }

  /** Loads a state of format 2, which had no far points. */
  loadFormat2(reader: ByteReader): void {
    for (const part of [this.clock, this.scorer]) part.load(reader);
    this.moves.assume(this.scorer.largestResidual());
  }

  /** Scores a far point without learning it, until there are too many for a glitch. */
  private wait(point: AcceptedPoint): DetectionResult {
    if (this.waiting.length === 0) this.moves.countFar();
    this.ahead ??= this.scorerAhead();
    const result = { ...this.ahead.next(point), isFar: true };
    this.waiting.push(point);
    if (this.waiting.length > MAX_GLITCH_POINTS) {
      this.settle(this.ahead);
      this.moves.moveTo(point.value);
    }
    return result;
  }

  private scorerAhead(): PointScorer {
    const ahead = copyOf(this.scorer);
    for (const point of this.waiting) ahead.next(point);
    return ahead;
  }

  private settle(scorer: PointScorer): void {
    this.scorer = scorer;
    this.ahead = undefined;
    this.waiting = [];
  }
}

const savePoint = (writer: ByteWriter, { timestamp, value, context }: AcceptedPoint): void => {
  const { forecast, threshold } = context;
  const numbers = [timestamp, value, forecast?.lower, forecast?.upper, threshold];
  for (const number of numbers) writer.f64(number ?? Number.NaN);
};

const loadPoint = (reader: ByteReader): AcceptedPoint => {
  const [timestamp, value] = [reader.f64(), reader.f64()];
  const [lower, upper, threshold] = [reader.f64(), reader.f64(), reader.f64()];
  const forecast = Number.isNaN(lower) ? undefined : { lower, upper };
  return { timestamp, value, context: contextOf(forecast, Number.isNaN(threshold) ? undefined : threshold) };
};

const contextOf = (forecast: PointContext['forecast'], threshold: number | undefined): PointContext => ({
  ...(forecast === undefined ? {} : { forecast }),
  ...(threshold === undefined ? {} : { threshold }),
});

/** Creates a detector without a past. Defaults: full variant, balanced sensitivity. */
export const createDetector = (options: DetectorOptions = {}): Detector => new StreamingDetector(options);
