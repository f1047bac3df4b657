import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { DAY_SECONDS } from '../../shared/time.ts';

/** A point continues an episode if its parts score at least this (one in 30). */
export const UNUSUAL_SCORE = 1.5;
/** Number of consecutive usual points that end an episode. */
export const USUAL_POINTS = 12;
/** After this time, unusual behaviour counts as usual. */
export const MAX_EPISODE_SECONDS = DAY_SECONDS;

/** An alert that opened an episode or occurred within one. Timestamp in epoch seconds. */
export interface OpeningAlert {
  readonly metric: string;
  readonly timestamp: number;
}

/** An ended episode with all its alerts. */
export interface EndedEpisode {
  readonly alerts: readonly OpeningAlert[];
  /** Epoch seconds of its last unusual point. */
  readonly endedAt: number;
}

/**
 * Duration of an alert. Alerts mark the start of unusual behaviour and are followed by a cooldown. The episode stays open
 * until twelve consecutive points are usual, or for a day, and includes further alerts in this time.
 * docs/adr/0007-detection-in-the-pipeline.md explains how score and length were chosen.
 */
export class Episode {
  #alerts: OpeningAlert[] = [];
  /** Name of the part that led the newest alert. */
  #leading = '';
  #newestUnusual = 0;
  #usualPoints = 0;

  get isOpen(): boolean {
    return this.#alerts.length > 0;
  }

  /** Part that decides, together with the time of day, whether points are still unusual; empty if no episode is open. */
  get leading(): string {
    return this.#leading;
  }

  /** Alerts so far and the last unusual point. */
  get current(): EndedEpisode {
    return { alerts: this.#alerts, endedAt: this.#newestUnusual };
  }

  /** Opens the episode or adds an alert to it. Returns the previous episode if it had reached its maximum length. */
  begin(alert: OpeningAlert, leading: string): EndedEpisode | undefined {
    const ended = this.#isTooLong(alert.timestamp) ? this.#close() : undefined;
    this.#alerts.push(alert);
    this.#leading = leading;
    this.#newestUnusual = alert.timestamp;
    this.#usualPoints = 0;
    return ended;
  }

  /** Processes a point without an alert. Returns the episode if it ends here. Timestamp in epoch seconds. */
  next(timestamp: number, score: number): EndedEpisode | undefined {
    if (!this.isOpen) return undefined;
    if (this.#isTooLong(timestamp)) return this.#close();
    if (score >= UNUSUAL_SCORE) {
      this.#newestUnusual = timestamp;
      this.#usualPoints = 0;
      return undefined;
    }
    this.#usualPoints++;
    return this.#usualPoints < USUAL_POINTS ? undefined : this.#close();
  }

  save(writer: ByteWriter): void {
    writer.varint(this.#alerts.length);
    if (!this.isOpen) return;
    for (const { metric, timestamp } of this.#alerts) {
      writer.text(metric);
      writer.f64(timestamp);
    }
    writer.text(this.#leading);
    writer.f64(this.#newestUnusual);
    writer.u8(this.#usualPoints);
  }

  /** Only into a fresh instance. @throws InvalidInputError for damaged bytes */
  load(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left--)
      this.#alerts.push({ metric: reader.text(), timestamp: reader.f64() });
    if (!this.isOpen) return;
    this.#leading = reader.text();
    this.#newestUnusual = reader.f64();
    this.#usualPoints = reader.u8();
  }

  #isTooLong(timestamp: number): boolean {
    const first = this.#alerts[0];
    return first !== undefined && timestamp - first.timestamp >= MAX_EPISODE_SECONDS;
  }

  #close(): EndedEpisode {
    const ended = this.current;
    this.#alerts = [];
    this.#leading = '';
    return ended;
  }
}
