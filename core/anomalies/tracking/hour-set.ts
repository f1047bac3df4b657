import type { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';

/** Longer runs (eleven years) indicate damaged bytes. */
const MAX_RUN = 100_000;

/** A set of whole hours since the epoch, stored as runs: a series without gaps takes five bytes. */
export class HourSet {
  #runs: { start: number; length: number }[] = [];

  has(hour: number): boolean {
    return this.#runs.some(({ start, length }) => hour >= start && hour < start + length);
  }

  /** Hours must come in order; the newest may be added again. */
  add(hour: number): void {
    const last = this.#runs.at(-1);
    const next = last === undefined ? Number.NEGATIVE_INFINITY : last.start + last.length;
    if (hour < next) return;
    if (last !== undefined && hour === next) last.length++;
    else this.#runs.push({ start: hour, length: 1 });
  }

  forgetBefore(hour: number): void {
    this.#runs = this.#runs.flatMap(({ start, length }) => {
      const end = start + length;
      const from = Math.max(start, hour);
      return from < end ? [{ start: from, length: end - from }] : [];
    });
  }

  save(writer: ByteWriter): void {
    writer.varint(this.#runs.length);
    for (const { start, length } of this.#runs) {
      writer.varint(start);
      writer.varint(length);
    }
  }

  /** @throws InvalidInputError for damaged bytes */
  load(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left--) {
      const start = reader.varint();
      const length = reader.varint();
      if (length > MAX_RUN) throw new InvalidInputError(`damaged state: a run of ${length} hours`);
      this.#runs.push({ start, length });
    }
  }
}
