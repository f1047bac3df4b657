import { describe, expect, it } from 'vitest';
import { gatherMaterial } from '../../../../core/changes/deployments/gather-material.ts';
import { inParallel } from '../../../../core/shared/in-parallel.ts';
import { AT, deployedWorld, requests, service } from './deployed-world.ts';

/** Latency of every second, three hours long. */
const everySecond = Array.from({ length: 3 * 3600 }, (_, i) => [AT - 2 * 3600 + i, 120 + (i % 2)] as const);

describe('a check of a deployment', () => {
  it('reads a point a minute of targets that send every second', async () => {
    const dense = { ...requests(), latency_ms: everySecond };
    const world = deployedWorld({ 'acme web-1': dense, 'acme web-2': dense }, [
      service('web-1'),
      service('web-2'),
    ]);
    const record = await world.report();
    const window = { at: AT, from: AT, until: AT + 3600 };
    const { own, peers } = await gatherMaterial({ ...world.reading, inParallel }, record, window);
    expect(peers).toHaveLength(1);
    for (const { histories } of [own, ...peers]) {
      const { timestamps, values } = histories.get('latency_ms')!;
      expect(timestamps.length).toBeGreaterThan(170);
      expect(timestamps.length).toBeLessThanOrEqual(181);
      expect(new Set(values.map(Math.round)).size).toBeLessThanOrEqual(2);
    }
  });
});
