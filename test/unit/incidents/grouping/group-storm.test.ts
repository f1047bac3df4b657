import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupBatch } from '../../../../core/incidents/grouping/group-batch.ts';
import { groupSignals } from '../../../../core/incidents/grouping/group-signals.ts';
import { MAX_MEMBERS } from '../../../../core/incidents/grouping/within-capacity.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import type { AnomalySignal, Signal } from '../../../../core/incidents/signal.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { alarm, anomaly, anomalyEnd, groupingWorld, NOW } from '../explaining/samples.ts';

type World = ReturnType<typeof groupingWorld>;

const storm = (targets: number, over: Partial<AnomalySignal> = {}) =>
  Array.from({ length: targets }, (_, i) =>
    anomaly(`host-${String(i).padStart(4, '0')}`, NOW + (i % 120), over),
  );

const inBatches = async (world: World, signals: readonly Signal[], size: number): Promise<void> => {
  for (let from = 0; from < signals.length; from += size) {
    await groupSignals(world.deps, 'acme', signals.slice(from, from + size));
  }
};

const shuffled = <Item>(items: readonly Item[], seed: number): Item[] => {
  const keyed = items.map((item, i) => [Math.imul(i + 1, 2654435761 ^ seed) >>> 0, item] as const);
  return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
};

describe('a storm of targets that no graph connects', () => {
  it.each([10, 100, 1000])('in batches of %i is one incident with the reason', async (size) => {
    const world = groupingWorld();
    await inBatches(world, shuffled(storm(1000), 5), size);
    expect(world.all()).toHaveLength(1);
    const { incident } = world.all()[0]!;
    expect(Object.keys(incident.members)).toHaveLength(1000);
    expect(incident.severity).toBe('high');
    expect(incident.timeline.filter(({ kind }) => kind === 'coincided').map(({ text }) => text)).toEqual([
      '1000 targets with the same metric cpu_percent within 5 min: treated as one cause',
    ]);
    // Announced as one incident from the first batch on; the few that opened before are reported as part of it.
    expect(world.published.filter(({ name }) => name === 'IncidentOpened').length).toBeLessThan(10);
  });

  it('is still one if every batch is delivered twice and in any order', () => {
    const parts = fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 40 }));
    return fc.assert(
      fc.asyncProperty(parts, async ([seed, size]) => {
        const world = groupingWorld();
        const signals = storm(60);
        await inBatches(world, shuffled([...signals, ...signals], seed), size);
        expect(world.all()).toHaveLength(1);
        const members = Object.values(world.all()[0]!.incident.members);
        expect(members.map(({ count }) => count)).toEqual(members.map(() => 1));
        expect(members).toHaveLength(60);
      }),
      { numRuns: 25 },
    );
  });

  it('separates fewer than a fleet of that size causes by chance', async () => {
    const world = groupingWorld();
    world.fleet.targets = 1000;
    await groupSignals(world.deps, 'acme', storm(7));
    expect(world.all()).toHaveLength(7);
    const small = groupingWorld();
    small.fleet.targets = 100;
    await groupSignals(small.deps, 'acme', storm(7));
    expect(small.all()).toHaveLength(1);
  });

  it('counts the fleet only if something began', async () => {
    const world = groupingWorld();
    const fleets = {
      count: async (): Promise<number> => {
        throw new DependencyUnavailableError('not counted');
      },
    };
    await groupSignals({ ...world.deps, fleets }, 'acme', [alarm('OK', NOW)]);
    await expect(groupSignals({ ...world.deps, fleets }, 'acme', [anomaly('a')])).rejects.toThrow(
      'not counted',
    );
  });
});

/** A world with an incident that has room for ten more. */
const nearlyFull = async (): Promise<World> => {
  const world = groupingWorld();
  await groupSignals(world.deps, 'acme', storm(8));
  const [stored] = world.all();
  const [member] = Object.values(stored!.incident.members);
  const members = Array.from({ length: MAX_MEMBERS - 10 }, (_, i) => {
    const key = JSON.stringify(['acme', `early-${i}`, 'anomaly', 'cpu_percent']);
    return [key, { ...member!, key, targetId: `early-${i}` }] as const;
  });
  const incident = { ...stored!.incident, members: Object.fromEntries(members) };
  const { incidentId } = incident;
  await world.stores.incidents.write({
    ...{ tenantId: 'acme', expectedVersion: 1, changed: [{ incident, version: 2, pending: [] }] },
    ...{ absorbed: new Map(), active: [incidentId], quietCheckAt: NOW + 900, earlyEnds: new Map() },
  });
  return world;
};

describe('more signals than an incident can hold', () => {
  it('are counted and reported, so that none is lost silently', async () => {
    const world = await nearlyFull();
    const signals = Array.from({ length: 50 }, (_, i) => anomaly(`late-${i}`, NOW + 60));
    await inBatches(world, signals, 20);
    expect(world.all()).toHaveLength(1);
    const { incident } = world.all()[0]!;
    expect(Object.keys(incident.members)).toHaveLength(MAX_MEMBERS);
    expect(incident.omittedSignals).toBe(40);
    expect(incident.timeline.filter(({ kind }) => kind === 'full')).toHaveLength(1);
    expect(world.log.counts.SignalOmitted).toBe(40);
    // Once more: all its signals are known, even those that were only counted.
    const { version } = world.open.get('acme')!;
    await groupSignals(world.deps, 'acme', signals);
    expect(world.open.get('acme')!.version).toBe(version);
  });

  it('do not prevent the merging of two incidents', async () => {
    const world = await nearlyFull();
    await groupSignals(world.deps, 'acme', [
      ...Array.from({ length: 30 }, (_, i) => anomaly(`early-${i}`, NOW + i, { metric: 'b' })),
      anomaly('apart', NOW, { metric: 'c' }),
    ]);
    const sizes = world
      .all()
      .map(({ incident }) => [Object.keys(incident.members).length, incident.omittedSignals]);
    expect(sizes).toEqual([
      [MAX_MEMBERS, 20],
      [1, undefined],
    ]);
  });

  it('is announced when it has grown by a quarter, not with every batch', async () => {
    const world = groupingWorld();
    const signals = storm(400);
    await inBatches(world, signals, 4);
    const updates = world.published.filter(({ name }) => name === 'IncidentUpdated');
    expect(updates.length).toBeLessThan(25);
    expect(updates.at(-1)!.detail).toMatchObject({ signalCount: expect.toSatisfy((n: number) => n > 320) });
  });
});

describe('a transaction', () => {
  it('is within the limits of DynamoDB if hundreds of incidents open in one batch', async () => {
    const world = groupingWorld();
    const signals = Array.from({ length: 300 }, (_, i) => anomaly(`host-${i}`, NOW, { metric: `m${i}` }));
    await groupSignals(world.deps, 'acme', signals);
    expect(world.all()).toHaveLength(300);
    expect(world.open.get('acme')!.version).toBeGreaterThan(3);
  });

  it('is at most 4 MB if many of the incidents are full', async () => {
    const world = await nearlyFull();
    const [full] = world.all();
    const incidents = Array.from({ length: 8 }, (_, n) => {
      const entries = Object.values(full!.incident.members).map((member, i) => {
        const key = JSON.stringify(['acme', `${n}-${i}`, 'anomaly', `m${n}`]);
        return [key, { ...member, key, targetId: `${n}-${i}` }] as const;
      });
      const seen = Array.from({ length: 2000 }, (_, i) => `seen-${n}-${i}`);
      const incident = { ...full!.incident, incidentId: `i${n}`, members: Object.fromEntries(entries), seen };
      return { incident, version: 1, pending: [] };
    });
    const book = { version: 1, incidents, quietCheckAt: NOW + 900, earlyEnds: new Map() };
    const signals = incidents.map((_, n) => anomaly(`${n}-0`, NOW + 60, { metric: `m${n}` }));
    const surroundings = {
      ...{ now: NOW + 90, policy: INCIDENT_POLICY, isNear: (a: string, b: string) => a === b },
      ...{ recentChanges: [], coincidenceTargets: 18 },
    };
    const { taken, changes } = groupBatch(book, signals, surroundings);
    expect(taken).toBe(changes.length);
    expect(taken).toBeGreaterThan(1);
    expect(taken).toBeLessThan(6);
  });

  it('is within the limits if one signal connects hundreds: the rest follows in the next ones', async () => {
    const world = groupingWorld();
    const targets = Array.from({ length: 250 }, (_, i) => `host-${i}`);
    await groupSignals(
      world.deps,
      'acme',
      targets.map((target, i) => anomaly(target, NOW, { metric: `m${i}` })),
    );
    const declared = targets.map((callee) => ({ caller: 'hub', callee }));
    await world.stores.graphs.put('acme', { version: 0, declared, observed: [], updatedAt: NOW });
    await groupSignals(world.deps, 'acme', [anomaly('hub', NOW + 10)]);
    expect(world.all()).toHaveLength(1);
    expect(Object.keys(world.all()[0]!.incident.members)).toHaveLength(251);
    expect(world.published.at(-1)).toMatchObject({ name: 'IncidentUpdated' });
  });

  it('that was unfinished when the function crashed is completed with the next signal', async () => {
    const world = groupingWorld();
    const targets = Array.from({ length: 250 }, (_, i) => `host-${i}`);
    const signals = targets.map((target, i) => anomaly(target, NOW, { metric: `m${i}` }));
    await groupSignals(world.deps, 'acme', signals);
    const declared = targets.map((callee) => ({ caller: 'hub', callee }));
    await world.stores.graphs.put('acme', { version: 0, declared, observed: [], updatedAt: NOW });
    let writes = 0;
    const { incidents } = world.stores;
    const dying = {
      ...incidents,
      write: async (step: Parameters<typeof incidents.write>[0]) => {
        if (++writes > 1) throw new DependencyUnavailableError('gone');
        return incidents.write(step);
      },
    };
    const hub = anomaly('hub', NOW + 10);
    await expect(groupSignals({ ...world.deps, incidents: dying }, 'acme', [hub])).rejects.toThrow('gone');
    expect(world.all().length).toBeGreaterThan(1);
    await groupSignals(world.deps, 'acme', [hub, anomaly('hub', NOW + 20, { metric: 'other' })]);
    expect(world.all()).toHaveLength(1);
  });
});

describe('ends that arrive first', () => {
  it('are remembered until their beginning arrives, and no longer than it can be late', async () => {
    const world = groupingWorld();
    world.setNow(NOW + 700);
    await groupSignals(world.deps, 'acme', [anomalyEnd('a', NOW + 600), anomalyEnd('gone', NOW)]);
    expect(world.all()).toEqual([]);
    expect(world.open.get('acme')!.earlyEnds.size).toBe(2);
    await groupSignals(world.deps, 'acme', [anomaly('a')]);
    const [member] = Object.values(world.all()[0]!.incident.members);
    expect(member).toMatchObject({ isActive: false, lastAt: NOW + 600 });
    expect(world.open.get('acme')!.earlyEnds.size).toBe(1);
    world.setNow(NOW + 600 + INCIDENT_POLICY.quietSeconds);
    await groupSignals(world.deps, 'acme', []);
    expect(world.all()[0]!.incident).toMatchObject({ status: 'resolved', resolvedAt: NOW + 600 });
    world.setNow(NOW + 3 * 3600);
    await groupSignals(world.deps, 'acme', []);
    expect(world.open.get('acme')!.earlyEnds.size).toBe(0);
  });

  it('are bounded, and a redelivery of one writes nothing', async () => {
    const world = groupingWorld();
    const ends = Array.from({ length: 600 }, (_, i) => anomalyEnd(`host-${i}`, NOW + (i % 7)));
    await groupSignals(world.deps, 'acme', ends);
    expect(world.open.get('acme')!.earlyEnds.size).toBe(500);
    const { version } = world.open.get('acme')!;
    await groupSignals(world.deps, 'acme', ends);
    expect(world.open.get('acme')!.version).toBe(version);
  });

  it('in one batch follow their beginnings, even at the same second', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomalyEnd('a', NOW), anomaly('a')]);
    expect(Object.values(world.all()[0]!.incident.members)[0]).toMatchObject({ isActive: false, count: 1 });
    expect(world.open.get('acme')!.earlyEnds.size).toBe(0);
  });
});

describe('clocks of senders', () => {
  it('that run ahead keep an incident open until their time, and no longer', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('a', NOW + 600), anomalyEnd('a', NOW + 600)]);
    for (const [now, status] of [
      [NOW + 600 + INCIDENT_POLICY.quietSeconds - 1, 'open'],
      [NOW + 600 + INCIDENT_POLICY.quietSeconds, 'resolved'],
    ] as const) {
      world.setNow(now);
      await groupSignals(world.deps, 'acme', []);
      expect(world.all()[0]!.incident.status).toBe(status);
    }
    expect(world.published.at(-1)?.detail).toMatchObject({ secondsToDetect: 0, secondsToResolve: 0 });
  });
});

describe('an event bus that is down', () => {
  it('receives everything in one update when it is back', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('a')]);
    const mute = {
      ...world.deps,
      events: {
        publish: async (): Promise<never> => {
          throw new DependencyUnavailableError('bus');
        },
      },
    };
    for (const signal of [
      anomaly('a', NOW, { metric: 'b' }),
      alarm('ALARM', NOW, 'a'),
      alarm('OK', NOW + 60, 'a'),
    ]) {
      await expect(groupSignals(mute, 'acme', [signal])).rejects.toThrow('bus');
    }
    await groupSignals(world.deps, 'acme', []);
    const updates = world.published.slice(1);
    expect(updates.map(({ name }) => name)).toEqual(['IncidentUpdated']);
    expect(updates[0]!.detail).toMatchObject({
      reasons: expect.arrayContaining(['signals-joined', 'signals-cleared']),
      signalCount: 3,
    });
    expect(world.all()[0]!.pending).toEqual([]);
  });
});

describe('merges left over from an earlier step', () => {
  it('come before new signals, as many as fit', async () => {
    const world = groupingWorld();
    const targets = Array.from({ length: 120 }, (_, i) => `host-${i}`);
    await groupSignals(
      world.deps,
      'acme',
      targets.map((target, i) => anomaly(target, NOW, { metric: `m${i}` })),
    );
    const book = await world.stores.incidents.readOpen('acme');
    const [first, second] = book.incidents.map(({ incident }) => incident.incidentId);
    const surroundings = {
      ...{ now: NOW, policy: INCIDENT_POLICY, isNear: () => true, recentChanges: [], coincidenceTargets: 8 },
    };
    const folded = groupBatch(book, [anomaly('new')], surroundings, [first!, second!]);
    expect(folded).toMatchObject({ taken: 0, unfinished: [second, first] });
    expect(folded.changes).toHaveLength(1);
    expect(folded.changes[0]!.absorbed).toHaveLength(98);
  });
});
