import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProfiledSeries, profiledSeries, toIngestBodies } from '../../../core/simulator/ingest-body.ts';
import { simulateFleet } from '../../../core/simulator/simulate-fleet.ts';

const seriesOf = (targetId: string, length: number): ProfiledSeries => ({
  targetId,
  metric: 'cpu_percent',
  kind: 'gauge',
  timestamps: Array.from({ length }, (_, i) => i * 60),
  values: Array.from({ length }, (_, i) => i),
});

describe('ingest bodies', () => {
  it('contain every point once, in order, and none exceeds the limit', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 50 }), (sizes, most) => {
        const fleet = sizes.map((size, index) => seriesOf(`t${index}`, size));
        const bodies = [...toIngestBodies(fleet, most)];
        for (const { points } of bodies) expect(points > 0 && points <= most).toBe(true);
        const sent = new Map<string, number[]>();
        for (const { target, values } of bodies.flatMap(({ body }) => body.series)) {
          sent.set(target, [...(sent.get(target) ?? []), ...values]);
        }
        for (const { targetId, values } of fleet) expect(sent.get(targetId) ?? []).toEqual(values);
      }),
    );
  });

  it('contain at most 500 targets', () => {
    const fleet = Array.from({ length: 1201 }, (_, index) => seriesOf(`t${index}`, 1));
    expect([...toIngestBodies(fleet, 100_000)].map(({ targets }) => targets)).toEqual([500, 500, 201]);
  });

  it('contain profile and unit of simulated servers', () => {
    const fleet = simulateFleet({ seed: 1, servers: 2, days: 1, stepSeconds: 300, endAt: 1_700_000_000 });
    const [first] = toIngestBodies(profiledSeries(fleet), 100_000);
    expect(first?.points).toBe(2 * 288 * 6);
    expect(first?.body.series[0]).toMatchObject({
      target: 'web-001',
      metric: 'cpu_percent',
      kind: 'gauge',
      unit: '%',
      profile: 'web',
    });
  });
});
