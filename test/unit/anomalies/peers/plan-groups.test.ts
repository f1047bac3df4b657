import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PEERS, planPeerGroups, SEEN_SECONDS } from '../../../../core/anomalies/peers/plan-groups.ts';
import type { Target } from '../../../../core/metrics/targets/target.ts';
import { watched } from '../../../fakes/metrics.ts';

const NOW = 1_795_255_500;
const fleet = (count: number, over: Partial<Target> = {}): Target[] =>
  Array.from({ length: count }, (_, i) =>
    watched(`host-${String(i).padStart(5, '0')}`, { lastSeen: NOW - 60, firstSeen: i, ...over }),
  );

describe('groups of peers', () => {
  it('contain recently seen targets of one profile, by name, at least four', () => {
    const gone = watched('gone', { lastSeen: NOW - SEEN_SECONDS });
    const groups = planPeerGroups(
      'acme',
      [...fleet(5).reverse(), ...fleet(4, { profile: 'batch' }), ...fleet(3, { profile: 'app' }), gone],
      NOW,
    );
    expect(groups.map(({ profile, targetIds }) => [profile, targetIds.length])).toEqual([
      ['web', 5],
      ['batch', 4],
    ]);
    expect(groups[0]).toEqual({
      ...{ tenantId: 'acme', profile: 'web', part: 0, parts: 1, counters: [], firstSeen: 0 },
      targetIds: fleet(5).map(({ targetId }) => targetId),
    });
    expect(planPeerGroups('acme', [], NOW)).toEqual([]);
  });

  it('name each counter once', () => {
    const metrics = { requests: { kind: 'counter' as const }, cpu: { kind: 'gauge' as const } };
    expect(planPeerGroups('acme', fleet(9, { metrics }), NOW)[0]?.counters).toEqual(['requests']);
  });

  it('are split beyond 256 targets, each target in one part, the halves about equal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 257, max: 3000 }), (count) => {
        const groups = planPeerGroups('acme', fleet(count), NOW);
        const ids = groups.flatMap(({ targetIds }) => targetIds);
        expect(new Set(ids).size).toBe(count);
        expect(ids).toHaveLength(count);
        for (const { targetIds } of groups) expect(targetIds.length).toBeLessThan(1.4 * MAX_PEERS);
      }),
      { numRuns: 20 },
    );
  });

  it('keep targets together when they are split again', () => {
    const partOf = (count: number) =>
      new Map(
        planPeerGroups('acme', fleet(count), NOW).flatMap(({ part, parts, targetIds }) =>
          targetIds.map((id) => [id, { part, parts }] as const),
        ),
      );
    const [two, four] = [partOf(500), partOf(1000)];
    for (const [id, { part }] of two) expect(four.get(id)!.part % 2).toBe(part);
  });

  it('fit into an asynchronous invocation with any names', () => {
    const names = Array.from({ length: 2000 }, (_, i) => `${'m'.repeat(250)}${i}`);
    const metrics = Object.fromEntries(names.map((name) => [name, { kind: 'counter' as const }]));
    const targets = fleet(256, { metrics: {} }).map((target, i) => ({
      ...target,
      targetId: `${'t'.repeat(120)}${i}`,
      metrics: i === 0 ? metrics : {},
    }));
    const [group] = planPeerGroups('acme', targets, NOW);
    expect(JSON.stringify({ ...group, relearn: false }).length).toBeLessThan(256_000);
  });
});
