import { describe, expect, it } from 'vitest';
import type { TrackDeps } from '../../../../core/anomalies/tracking/track-target.ts';
import { EVENT_SCHEMAS } from '../../../../core/api/event-catalogue.ts';
import { hourOf } from '../../../../core/shared/time.ts';
import { between, DAY, LIGHT, NOW, type Point, STEP, trained, usual, world } from './target-world.ts';

const SPIKE: Point = [NOW + STEP, 400];
const ID = `acme/web-1/cpu/${new Date(SPIKE[0] * 1000).toISOString()}`;
const DETECTED = `AnomalyDetected/${ID}`;
const ENDED = `AnomalyEnded/${ID}`;

type World = Awaited<ReturnType<typeof trained>>;

/** Sends usual values, point by point, for this many minutes after the spike. */
const calm = async (made: World, minutes: number, over: Partial<TrackDeps> = {}): Promise<void> => {
  for (let at = SPIKE[0] + STEP; at <= SPIKE[0] + 60 * minutes; at += STEP)
    await made.push([[at, usual(at)]], over);
};

const anomalyOf = (made: World) =>
  made.anomalies.all().find(({ anomaly }) => anomaly.timestamp === SPIKE[0])?.anomaly;

describe('an anomaly', () => {
  it('ends when its metric was usual for an hour; the end is stored with it and announced once', async () => {
    const made = await trained();
    await made.push([SPIKE]);
    await calm(made, 50);
    expect(made.ids()).toEqual([DETECTED]);
    expect(anomalyOf(made)?.endedAt).toBeUndefined();
    await calm(made, 180);
    expect(made.ids()).toEqual([DETECTED, ENDED]);
    const { endedAt } = anomalyOf(made)!;
    expect(endedAt).toBeGreaterThanOrEqual(SPIKE[0]);
    expect(endedAt).toBeLessThan(SPIKE[0] + 3600);
    const event = made.events.published.at(-1);
    expect(event).toMatchObject({ name: 'AnomalyEnded', source: 'forestall.anomalies' });
    expect(EVENT_SCHEMAS.AnomalyEnded.parse(event?.detail)).toMatchObject({
      timestamp: new Date(SPIKE[0] * 1000).toISOString(),
      endedAt: new Date(endedAt! * 1000).toISOString(),
      occurredAt: new Date(endedAt! * 1000).toISOString(),
    });
    expect(made.log.counts).toMatchObject({ AnomalyDetected: 1, AnomalyEnded: 1 });
  });

  it('continues while its metric stays unusual', async () => {
    const made = await trained();
    for (let at = SPIKE[0]; at <= SPIKE[0] + 8 * 3600; at += STEP) await made.push([[at, 400]]);
    expect(made.ids()).toEqual([DETECTED]);
    const over = SPIKE[0] + 8 * 3600;
    await made.push(between(over + STEP, over + 3 * 3600));
    expect(made.ids()).toContain(ENDED);
    expect(anomalyOf(made)?.endedAt).toBeGreaterThanOrEqual(over);
  });

  it('that lasts a day ends, because it counts as usual', async () => {
    const made = await trained();
    await made.push([SPIKE]);
    for (let at = SPIKE[0] + STEP; at <= SPIKE[0] + DAY + 3600; at += 3600)
      await made.push(
        between(at, at + 3600 - STEP, (time) => 400 + (((time - SPIKE[0]) / STEP) % 12 === 0 ? 5000 : 0)),
      );
    expect(made.ids()).toContain(ENDED);
    expect(anomalyOf(made)!.endedAt! - SPIKE[0]).toBeLessThan(DAY);
  });

  it('whose target stops reporting does not end', async () => {
    const made = await trained();
    await made.push([SPIKE]);
    made.clock.now += 3 * DAY;
    await made.follow([...made.blocks.values()].slice(-1));
    expect(made.ids()).toEqual([DETECTED]);
  });

  it('that was silenced ends without an event', async () => {
    const maintenance = [{ from: String(NOW), to: String(NOW + DAY), reason: 'new disks' }];
    const made = await trained({ settings: { ...LIGHT, maintenance } });
    await made.push([SPIKE]);
    await calm(made, 180);
    expect(made.ids()).toEqual([]);
    expect(anomalyOf(made)?.endedAt).toBeDefined();
  });

  it('that was not announced has no end', async () => {
    const made = await trained();
    made.clock.now = SPIKE[0] + 3600;
    await made.push([SPIKE]);
    await calm(made, 240);
    expect(made.ids()).toEqual([]);
    expect(made.anomalies.all()).toEqual([]);
  });
});

describe('an end', () => {
  const announced = async (): Promise<World> => {
    const made = await trained();
    await made.push([SPIKE]);
    await calm(made, 180);
    return made;
  };

  it('is announced once, even if its hours are replayed or re-learned', async () => {
    const made = await announced();
    await made.follow([...made.blocks.values()].slice(-4));
    made.states.all().delete('acme web-1');
    await made.follow([...made.blocks.values()].slice(-1));
    made.states.all().set('acme web-1', { bytes: Uint8Array.of(1), version: '9' });
    await made.follow([...made.blocks.values()].slice(-1));
    expect(made.ids()).toEqual([DETECTED, ENDED]);
  });

  it('stays as first announced if late points would move it', async () => {
    const made = await announced();
    const before = anomalyOf(made)?.endedAt;
    const late = SPIKE[0] + 20 * 60 + 1;
    await made.follow(made.store([[late, 390]]));
    made.states.all().delete('acme web-1');
    await made.follow([...made.blocks.values()].slice(-1));
    expect(anomalyOf(made)?.endedAt).toBe(before);
    expect(made.ids().filter((id) => id === ENDED)).toHaveLength(1);
  });

  it('is found later if no hours could be processed for a while', async () => {
    const made = await trained();
    await made.push([SPIKE]);
    const images = made.store(between(SPIKE[0] + STEP, SPIKE[0] + 5 * 3600));
    made.clock.now = SPIKE[0] + 5 * 3600;
    await made.follow(images);
    expect(made.ids()).toEqual([DETECTED, ENDED]);
  });

  it('of older anomalies is not announced', async () => {
    const made = await trained();
    await made.push([SPIKE]);
    made.clock.now = SPIKE[0] + 3 * DAY;
    await made.follow(made.store(between(SPIKE[0] + STEP, SPIKE[0] + 5 * 3600)));
    expect(made.ids()).toEqual([DETECTED]);
  });

  it.each([
    ['not at all', [{ mode: 'off' as const }]],
    ['with another bar and fully', [{ mode: 'full' as const, threshold: 50 }]],
  ])('is announced if the metric is tracked %s from now on', async (_, detection) => {
    const made = await trained();
    const since = SPIKE[0] + 100 * 60;
    for (let at = SPIKE[0]; at < since; at += STEP) await made.push([[at, 400]]);
    expect(made.ids()).toEqual([DETECTED]);
    await made.settings.replace('acme', { ...LIGHT, detection });
    await made.push([[since, 400]]);
    expect(made.ids()).toEqual([DETECTED, ENDED]);
    expect(anomalyOf(made)?.endedAt).toBeLessThan(since);
  });

  it('is not announced if the detectors re-learn and the metric is still unusual', async () => {
    const made = await trained();
    await made.push([SPIKE]);
    const old = made.store(between(NOW - 16 * DAY, NOW - 15 * DAY));
    await made.follow(old);
    expect(made.log.lines.at(-1)?.message).not.toBe('anomaly ended');
    expect(made.ids()).toEqual([DETECTED]);
  });
});

describe('a crash while an end is announced', () => {
  /** Fails before or after the n-th of the writes that announce an end. */
  const crashing = (deps: TrackDeps, nth: number, isAfter: boolean): Partial<TrackDeps> => {
    let left = nth;
    const around = <Args extends readonly unknown[], Result>(write: (...args: Args) => Promise<Result>) => {
      return async (...args: Args): Promise<Result> => {
        const isDue = left-- === 0;
        if (isDue && !isAfter) throw new Error('crash');
        const result = await write(...args);
        if (isDue) throw new Error('crash');
        return result;
      };
    };
    const { anomalies, events, states } = deps;
    return {
      anomalies: {
        ...anomalies,
        recordEnds: around(anomalies.recordEnds),
        markEndsAnnounced: around(anomalies.markEndsAnnounced),
      },
      events: { publish: around(events.publish) },
      states: { read: states.read, replace: around(states.replace) },
    };
  };

  it.each(
    [0, 1, 2, 3].flatMap(
      (nth) =>
        [
          [nth, false],
          [nth, true],
        ] as const,
    ),
  )('around write %i (after it: %s) ends in the same', async (nth, isAfter) => {
    // The end falls into an hour that closes with the same push, so that the state is written too.
    const rest = between(SPIKE[0] + STEP, (hourOf(SPIKE[0]) + 3) * 3600 + 1200);
    const smooth = await trained();
    await smooth.push([SPIKE]);
    await smooth.push(rest);
    const made = await trained();
    await made.push([SPIKE]);
    await expect(made.push(rest, crashing(made.deps, nth, isAfter))).rejects.toThrow('crash');
    await made.follow([...made.blocks.values()].slice(-4));
    expect(smooth.ids()).toEqual([DETECTED, ENDED]);
    expect(new Set(made.ids())).toEqual(new Set(smooth.ids()));
    expect(made.anomalies.all()).toEqual(smooth.anomalies.all());
    expect(made.state()).toEqual(smooth.state());
  });
});

describe('episodes', () => {
  it('do not depend on the delivery of the points', async () => {
    const points = [SPIKE, ...between(SPIKE[0] + STEP, SPIKE[0] + 3 * 3600)];
    const one = await trained();
    await one.push([SPIKE]);
    for (const point of points.slice(1)) await one.push([point]);
    const other = await trained();
    await other.push([SPIKE]);
    for (let i = 1; i < points.length; i += 7) await other.push(points.slice(i, i + 7));
    expect(other.ids()).toEqual(one.ids());
    expect(anomalyOf(other)).toEqual(anomalyOf(one));
  });

  it('are empty if nothing was ever announced', async () => {
    const made = world();
    await made.follow(made.store(between(NOW - 3 * DAY, NOW)));
    expect(made.ids()).toEqual([]);
  });
});
