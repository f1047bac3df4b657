/**
 * The state that detectors learn hour by hour from stored blocks. Every step may be repeated: what is found in an hour
 * depends only on the state before it and on its blocks, findings are announced under ids that derive from them, and
 * the state is written last. A crash, a repeat and two runs at once all end in the same findings and the same state.
 */

import { InvalidInputError } from '../shared/errors.ts';
import { HOUR_SECONDS, hourOf } from '../shared/time.ts';

/** Hours before `openHour` (whole hours since the epoch) are closed: points that arrive for them later are not learned. */
export interface Learned {
  readonly openHour: number;
}

/** The place of one state. A version identifies the bytes that were read. */
export interface StateSlot<Version> {
  read(): Promise<{ readonly bytes: Uint8Array; readonly version: Version } | undefined>;
  /** Writes if the stored version is still `expected` (undefined: nothing stored); otherwise returns false. */
  write(bytes: Uint8Array, expected: Version | undefined): Promise<boolean>;
}

/** The steps that update a state. */
export interface Replay<Found> {
  /** Hours to replay, in ascending order. Those from `openHour` on are replayed after the state was packed. */
  readonly hours: readonly number[];
  readonly openHour: number;
  /** Learns one hour and returns what was found in it. */
  replayHour(hour: number): Found | Promise<Found>;
  /** Closes all hours before `openHour` and packs the state. */
  close(): Uint8Array;
  /** Announces what was found. The state is not written if this fails. */
  announce(found: readonly Found[]): Promise<void>;
}

/** Result for the state: `unchanged` if no hour was closed, `outrun` if another run wrote it first. */
export type WriteResult = 'unchanged' | 'written' | 'outrun';

/** Time that an hour stays open after its end, for senders that report late or whose clocks differ. */
const GRACE_SECONDS = HOUR_SECONDS / 4;

/** First hour that is still open at `now` (epoch seconds). */
export const openHourAt = (now: number): number => hourOf(now - GRACE_SECONDS);

export class LearnedState<State extends Learned, Version> {
  /** The stored state; undefined if there is none, or none that can be read. */
  readonly known: State | undefined;
  /** Why the state is unknown. */
  readonly missing: 'no state' | 'unreadable state' | undefined;
  readonly #slot: StateSlot<Version>;
  readonly #version: Version | undefined;

  private constructor(slot: StateSlot<Version>, version: Version | undefined, known: State | undefined) {
    this.#slot = slot;
    this.#version = version;
    this.known = known;
    if (known === undefined) this.missing = version === undefined ? 'no state' : 'unreadable state';
  }

  /** Reads the state. `unpack` throws InvalidInputError for damaged bytes and other formats, which are re-learned. */
  static async read<State extends Learned, Version>(
    slot: StateSlot<Version>,
    unpack: (bytes: Uint8Array) => State,
  ): Promise<LearnedState<State, Version>> {
    const stored = await slot.read();
    if (stored === undefined) return new LearnedState<State, Version>(slot, undefined, undefined);
    return new LearnedState(
      slot,
      stored.version,
      readable(() => unpack(stored.bytes)),
    );
  }

  /** Replays hours on `state` (the known one or a new one), announces what was found, and writes the state back. */
  async advance<Found>(state: State, replay: Replay<Found>): Promise<WriteResult> {
    const { hours, openHour } = replay;
    const isClosing = openHour > state.openHour;
    const found: Found[] = [];
    for (const hour of hours.filter((one) => one < openHour)) found.push(await replay.replayHour(hour));
    const packed = isClosing ? replay.close() : undefined;
    for (const hour of hours.filter((one) => one >= openHour)) found.push(await replay.replayHour(hour));
    await replay.announce(found);
    if (packed === undefined) return 'unchanged';
    return (await this.#slot.write(packed, this.#version)) ? 'written' : 'outrun';
  }
}

const readable = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
};
