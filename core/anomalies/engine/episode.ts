import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { DAY_SECONDS } from '../../shared/time.ts';

/** A point whose parts score this (one in 30) or more is unusual still. */
export const UNUSUAL_SCORE = 1.5;
/** So many usual points in a row end an episode. */
export const USUAL_POINTS = 12;
/** After so long what was unusual has become the usual. */
export const MAX_EPISODE_SECONDS = DAY_SECONDS;

/** An alert that opened an episode, or fell into one. Epoch seconds. */
export interface OpeningAlert {
  readonly metric: string;
  readonly timestamp: number;
}

/** An episode that is over, with all its alerts. */
export interface EndedEpisode {
  readonly alerts: readonly OpeningAlert[];
  /** Epoch seconds of its last unusual point. */
  readonly endedAt: number;
}

/**
 * How long an alert goes on. Alerts come at onsets and are followed by silence; the episode is open until twelve
 * points in a row were usual again, or for a day. An alert within it becomes part of it. How bar and length were
 * chosen: docs/adr/0007-detection-in-the-pipeline.md.
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

  /** What is judged besides the time of day; empty while none is open. */
  get leading(): string {
    return this.#leading;
  }

  /** Its alerts so far, and its last unusual point. */
  get current(): EndedEpisode {
    return { alerts: this.#alerts, endedAt: this.#newestUnusual };
  }

  /** Opens at an alert, or takes it in. Returns the episode before it where that was too long already. */
  begin(alert: OpeningAlert, leading: string): EndedEpisode | undefined {
    const ended = this.#isTooLong(alert.timestamp) ? this.#close() : undefined;
    this.#alerts.push(alert);
    this.#leading = leading;
    this.#newestUnusual = alert.timestamp;
    this.#usualPoints = 0;
    return ended;
  }

  /** Judges a point that raised no alert. Returns the episode where it ends here. Timestamp in epoch seconds. */
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
