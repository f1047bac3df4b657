import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { type EndedEpisode, Episode, UNUSUAL_SCORE } from '../engine/episode.ts';
import { CombinationDetector, type CombinationResult, MOST_COMBINED } from '../engine/metric-combination.ts';
import { StateReader, StateWriter } from '../engine/state-bytes.ts';
import { alignMoments, type CombinedMetrics, type SeenMoment } from './combined-metrics.ts';
import type { SeenPoint } from './seen-point.ts';
import type { Alert, Followed } from './series-watch.ts';

/** So many standard deviations from what the others let expect (one point in 20) are unusual still. */
const FAR_DEVIATIONS = 2;

const alertOf = (result: CombinationResult, { value, timestamp }: SeenPoint): Alert => {
  const { kind, metric, score, since, oneIn, combined, expected, isBelow } = result;
  const side = isBelow ? 'lower' : 'higher';
  const reason = `${metric} is ${side} than the target's other metrics let expect, as happens once in ${oneIn} points`;
  const parts = { combination: combined };
  return {
    ...{ metric, timestamp, value, kind, score, oneIn, parts, expected, reason },
    since: Math.min(since, timestamp),
  };
};

/** Metrics of one target that are looked at together, and whether they are out of step now. */
export class CombinationWatch {
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
    seen: ReadonlyMap<string, readonly SeenPoint[]>,
    thresholdOf: (metric: string) => number | undefined,
  ): Followed {
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
    const state = new StateWriter();
    this.#detector.save(state);
    writer.block(state.finish());
  }

  /** @throws InvalidInputError for damaged bytes */
  static load(reader: ByteReader): CombinationWatch {
    const length = reader.varint();
    if (length > MOST_COMBINED) throw new InvalidInputError(`the watch claims to combine ${length} metrics`);
    const metrics = Array.from({ length }, () => reader.text());
    const watch = new CombinationWatch({ metrics, stepSeconds: reader.varint() });
    watch.episode.load(reader);
    watch.#detector.load(new StateReader(reader.block()));
    return watch;
  }

  /** The score lags behind a relation that holds again; the metric's own distance does not. */
  #judged({ partials }: CombinationResult): number {
    const partial = partials[this.combined.metrics.indexOf(this.episode.leading)] ?? 0;
    return Math.abs(partial) >= FAR_DEVIATIONS ? UNUSUAL_SCORE : 0;
  }

  /** While one of the metrics is known to be unusual by itself, that it fits no others is no news. */
  #alertIn(result: CombinationResult, { points }: SeenMoment): Alert | undefined {
    if (!result.alert || points.some(({ isTold }) => isTold)) return undefined;
    return alertOf(result, points[this.combined.metrics.indexOf(result.metric)]!);
  }
}
