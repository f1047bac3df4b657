import { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { Alert } from '../announcing/alert.ts';
import { CombinationDetector, type CombinationResult, MAX_COMBINED } from '../engine/combination-detector.ts';
import { type EndedEpisode, Episode, UNUSUAL_SCORE } from '../engine/episode.ts';
import { alignMoments, type CombinedMetrics, type ObservedMoment } from './combined-metrics.ts';
import type { DetectionOutcome } from './detection-outcome.ts';
import type { ObservedPoint } from './observed-point.ts';

/** Number of standard deviations from the prediction by the others (one point in 20) that is still unusual. */
const FAR_DEVIATIONS = 2;

const alertOf = (result: CombinationResult, { value, timestamp }: ObservedPoint): Alert => {
  const { kind, metric, score, since, oneIn, combined, expected, isBelow } = result;
  const side = isBelow ? 'lower' : 'higher';
  const reason = `${metric} is ${side} than expected from the target's other metrics; this happens once in ${oneIn} points`;
  const parts = { combination: combined };
  return {
    ...{ metric, timestamp, value, kind, score, oneIn, parts, expected, reason },
    since: Math.min(since, timestamp),
  };
};

/** Metrics of one target that are judged together, and the episode in which they do not fit together. */
export class TrackedCombination {
  readonly combined: CombinedMetrics;
  readonly episode = new Episode();
  #detector: CombinationDetector;

  /** @throws InvalidInputError for fewer than 2 or more than 16 metrics */
  constructor(combined: CombinedMetrics) {
    this.combined = combined;
    this.#detector = new CombinationDetector(combined.metrics);
  }

  /** Learns the points of one hour, which starts at `hourStart` (epoch seconds). Hours must come in order. */
  next(
    hourStart: number,
    seen: ReadonlyMap<string, readonly ObservedPoint[]>,
    thresholdOf: (metric: string) => number | undefined,
  ): DetectionOutcome {
    const alerts: Alert[] = [];
    const ended: EndedEpisode[] = [];
    for (const moment of alignMoments(this.combined, hourStart, seen)) {
      const result = this.#detector.next(moment, thresholdOf);
      if (result === undefined) continue;
      const alert = this.#alertIn(result, moment);
      if (alert !== undefined) alerts.push(alert);
      const over =
        alert === undefined
          ? this.episode.next(moment.timestamp, this.#judged(result))
          : this.episode.begin({ metric: alert.metric, timestamp: alert.timestamp }, alert.metric);
      if (over !== undefined) ended.push(over);
    }
    return { alerts, ended };
  }

  save(writer: ByteWriter): void {
    const { metrics, stepSeconds } = this.combined;
    writer.varint(metrics.length);
    for (const metric of metrics) writer.text(metric);
    writer.varint(stepSeconds);
    this.episode.save(writer);
    const state = new ByteWriter();
    this.#detector.save(state);
    writer.block(state.finish());
  }

  /** @throws InvalidInputError for damaged bytes */
  static load(reader: ByteReader): TrackedCombination {
    const length = reader.varint();
    if (length > MAX_COMBINED) throw new InvalidInputError(`damaged state: it combines ${length} metrics`);
    const metrics = Array.from({ length }, () => reader.text());
    const combination = new TrackedCombination({ metrics, stepSeconds: reader.varint() });
    combination.episode.load(reader);
    combination.#detector.load(new ByteReader(reader.block()));
    return combination;
  }

  /** Uses the metric's own distance, because the score lags when the metrics fit together again. */
  #judged({ partials }: CombinationResult): number {
    const partial = partials[this.combined.metrics.indexOf(this.episode.leading)] ?? 0;
    return Math.abs(partial) >= FAR_DEVIATIONS ? UNUSUAL_SCORE : 0;
  }

  /** Does not alert while one of the metrics has an open episode of its own, which explains the misfit. */
  #alertIn(result: CombinationResult, { points }: ObservedMoment): Alert | undefined {
    if (!result.alert || points.some(({ inEpisode }) => inEpisode)) return undefined;
    return alertOf(result, points[this.combined.metrics.indexOf(result.metric)]!);
  }
}
