import { hourOf } from '../../shared/time.ts';

/** A target that sends fewer points in an hour is far from every limit. */
const BUSY_POINTS = 500;
const LOOK_EVERY_SECONDS = 120;
/** Targets counted at the same time: a few MB. */
const MAX_COUNTED = 50_000;

interface Counted {
  readonly hour: number;
  points: number;
  lookedAt: number;
}

/**
 * Counts the points that a process accepts for each target in an hour, to find those that may exceed a limit of their
 * hour or of their list of metrics. Only these are worth a read of what the store has noticed about them.
 */
export class BusyTargets {
  readonly #counted = new Map<string, Counted>();

  /** Adds the points of a request; returns the busy targets that were not looked at lately. `now` is in epoch seconds. */
  due(tenantId: string, points: ReadonlyMap<string, number>, now: number): readonly string[] {
    if (this.#counted.size + points.size > MAX_COUNTED) this.#counted.clear();
    return [...points].flatMap(([targetId, count]) => {
      const counted = this.#count(`${tenantId} ${targetId}`, count, now);
      if (counted.points < BUSY_POINTS || now - counted.lookedAt < LOOK_EVERY_SECONDS) return [];
      counted.lookedAt = now;
      return [targetId];
    });
  }

  #count(name: string, points: number, now: number): Counted {
    const known = this.#counted.get(name);
    const hour = hourOf(now);
    const counted =
      known?.hour === hour
        ? known
        : { hour, points: 0, lookedAt: known?.lookedAt ?? Number.NEGATIVE_INFINITY };
    counted.points += points;
    this.#counted.set(name, counted);
    return counted;
  }
}
