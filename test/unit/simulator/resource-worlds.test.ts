import { describe, expect, it } from 'vitest';
import { drawWorld, drawWorlds, type ResourceWorld } from '../../../core/simulator/worlds/resource-world.ts';
import {
  CHANGED_KINDS,
  RESOURCE_KINDS,
  WORLD_KINDS,
  type WorldKind,
} from '../../../core/simulator/worlds/world-kinds.ts';

const KINDS = Object.keys(WORLD_KINDS) as WorldKind[];
const STEPS = 7 * 288;

const breaches = ({ future, threshold: { direction, limit } }: ResourceWorld): boolean =>
  future.some((value) => (direction === 'above' ? value > limit : value < limit));
const drawMany = (kind: WorldKind): ResourceWorld[] =>
  Array.from({ length: 30 }, (_, i) => drawWorld(kind, 7, i));
const shareBreached = (kind: WorldKind): number => drawMany(kind).filter(breaches).length / 30;
const meanOf = (values: Float64Array): number => {
  const observed = values.filter(Number.isFinite);
  return observed.reduce((sum, value) => sum + value, 0) / observed.length;
};

describe('drawWorld', () => {
  it('draws the same world again, and another for each index and seed', () => {
    const world = drawWorld('fill', 1, 0);
    expect(drawWorld('fill', 1, 0)).toEqual(world);
    expect(drawWorld('fill', 1, 1)).not.toEqual(world);
    expect(drawWorld('fill', 2, 0)).not.toEqual(world);
  });

  it.each(KINDS)('%s: a week of history, eight hours of future, within its bounds', (kind) => {
    const { history, future, bounds, threshold, name } = drawWorld(kind, 3, 2);
    expect(name).toBe(`${kind}-2`);
    expect(history.values).toHaveLength(STEPS);
    expect(future).toHaveLength(96);
    expect(Number.isFinite(history.values.at(-1))).toBe(true);
    const observed = [...history.values, ...future].filter(Number.isFinite);
    expect(Math.min(...observed)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...observed)).toBeLessThanOrEqual(bounds?.upper ?? Number.POSITIVE_INFINITY);
    expect(threshold.limit).toBeGreaterThan(0);
  });

  it('lets most ramps run out within the horizon, and hardly anything else', () => {
    for (const kind of ['fill', 'stairs', 'free', 'backlog', 'accelerating', 'pausing'] as const) {
      expect(shareBreached(kind)).toBeGreaterThan(0.5);
    }
    for (const kind of ['plateau', 'batch', 'cleaned', 'calm', 'shift', 'burst', 'restarts'] as const) {
      expect(shareBreached(kind)).toBeLessThan(0.1);
    }
  });

  it('says which worlds are on a ramp', () => {
    for (const kind of KINDS) expect(drawWorld(kind, 1, 0).isRamp).toBe(kind in RAMPS);
  });

  it('drains free space to a limit below, and misses points where it says so', () => {
    expect(drawWorld('free', 1, 0).threshold.direction).toBe('below');
    const { values } = drawWorld('gappyFill', 1, 0).history;
    const missing = values.filter(Number.isNaN).length / values.length;
    expect(missing).toBeGreaterThan(0.07);
    expect(missing).toBeLessThan(0.13);
  });

  it('has levels that end where their course says', () => {
    const { history, future } = drawWorld('shift', 1, 4);
    expect(meanOf(future)).toBeGreaterThan(meanOf(history.values.subarray(0, 288)) + 4);
    const { history: still, future: after } = drawWorld('plateau', 1, 1);
    expect(Math.abs(meanOf(after.subarray(0, 12)) - meanOf(still.values.subarray(-3)))).toBeLessThan(8);
  });
});

const RAMPS: Readonly<Partial<Record<WorldKind, true>>> = {
  ...{ fill: true, leak: true, accelerating: true, stairs: true, free: true, backlog: true },
  ...{ seasonalFill: true, gappyFill: true, pausing: true, refill: true },
};

describe('drawWorlds', () => {
  it('draws every kind of resource, of any length', () => {
    const worlds = drawWorlds(5, 2, 3);
    expect(worlds).toHaveLength(2 * Object.keys(RESOURCE_KINDS).length);
    expect(worlds.every(({ history }) => history.values.length === 3 * 288)).toBe(true);
  });

  it('draws the kinds that are asked for', () => {
    const worlds = drawWorlds(5, 2, 14, CHANGED_KINDS);
    expect(worlds.map(({ kind }) => kind)).toEqual([
      'deployment',
      'deployment',
      'clockChange',
      'clockChange',
    ]);
  });
});
