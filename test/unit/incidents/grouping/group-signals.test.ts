import { describe, expect, it } from 'vitest';
import { EVENT_SCHEMAS, type EventName } from '../../../../core/api/event-catalogue.ts';
import { type GroupingDeps, groupSignals } from '../../../../core/incidents/grouping/group-signals.ts';
import { INCIDENT_POLICY } from '../../../../core/incidents/incident-policy.ts';
import { transitionIncident } from '../../../../core/incidents/lifecycle/transition-incident.ts';
import { MAX_QUIET_CHECK_SECONDS } from '../../../../core/incidents/ports.ts';
import type { Signal } from '../../../../core/incidents/signal.ts';
import { ConflictError, DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { alarm, anomaly, anomalyEnd, groupingWorld, NOW } from '../explaining/samples.ts';

type World = ReturnType<typeof groupingWorld>;
const namesOf = ({ published }: World) => published.map(({ name }) => name);
const uniqueIds = ({ published }: World) => [...new Set(published.map(({ detail }) => detail.id))];

const chain = async ({ stores }: World, ...targets: readonly string[]) => {
  const declared = targets.slice(1).map((callee, i) => ({ caller: targets[i]!, callee }));
  await stores.graphs.put('acme', { version: 0, declared, observed: [], updatedAt: NOW });
};

describe('grouping', () => {
  it('opens one incident for one fault, stores it and announces it once', async () => {
    const world = groupingWorld();
    await chain(world, 'web-1', 'db-1');
    await groupSignals(world.deps, 'acme', [anomaly('db-1'), anomaly('web-1', NOW + 60)]);
    expect(world.all()).toHaveLength(1);
    expect(world.all()[0]).toMatchObject({ version: 1, pending: [], incident: { status: 'open' } });
    expect(namesOf(world)).toEqual(['IncidentOpened']);
    expect(world.published[0]?.detail).toMatchObject({ targets: ['db-1', 'web-1'], signalCount: 2 });
  });

  it('publishes only what its schema allows', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('db-1')]);
    await groupSignals(world.deps, 'acme', [anomaly('db-1', NOW + 60, { metric: 'latency_ms' })]);
    const { incidentId } = world.all()[0]!.incident;
    await transitionIncident({ ...world.deps, ...world.stores }, 'acme', incidentId, {
      to: 'resolved',
      by: { kind: 'person' as const, name: 'me' },
    });
    expect(namesOf(world)).toEqual(['IncidentOpened', 'IncidentUpdated', 'IncidentResolved']);
    for (const { name, detail } of world.published) EVENT_SCHEMAS[name as EventName].parse(detail);
  });

  it('a storm of 500 related signals is one incident, for any division into batches', async () => {
    const world = groupingWorld();
    const leaves = Array.from({ length: 499 }, (_, i) => `app-${i}`);
    const declared = leaves.map((callee) => ({ caller: 'web-1', callee }));
    await world.stores.graphs.put('acme', { version: 0, declared, observed: [], updatedAt: NOW });
    const storm = ['web-1', ...leaves].map((target, i) => anomaly(target, NOW + (i % 60)));
    for (let from = 0; from < storm.length; from += 100) {
      await groupSignals(world.deps, 'acme', storm.slice(from, from + 100));
    }
    const found = await world.stores.incidents.list('acme', { limit: 200 });
    expect(found.items).toHaveLength(1);
    expect(Object.keys(found.items[0]!.members)).toHaveLength(500);
  });

  it('duplicates and another order change nothing', async () => {
    const signals = [anomaly('a'), anomaly('b', NOW + 10), anomaly('a', NOW + 20, { metric: 'm' })];
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', signals);
    const before = world.all();
    const { version } = world.open.get('acme')!;
    await groupSignals(world.deps, 'acme', signals.toReversed());
    expect(world.all()).toEqual(before);
    expect(world.open.get('acme')!.version).toBe(version);
    const other = groupingWorld();
    for (const signal of signals.toReversed()) await groupSignals(other.deps, 'acme', [signal]);
    const members = ({ all }: World) => all().map(({ incident }) => new Set(Object.keys(incident.members)));
    expect(members(other)).toEqual(members(world));
  });

  it('absorbed incidents lead to the one that absorbed them', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('a'), anomaly('c')]);
    const ids = world.all().map(({ incident }) => incident.incidentId);
    expect(ids).toHaveLength(2);
    await chain(world, 'a', 'b', 'c');
    await groupSignals(world.deps, 'acme', [anomaly('b', NOW + 30)]);
    expect(world.all()).toHaveLength(1);
    for (const id of ids) {
      expect((await world.stores.incidents.get('acme', id))?.incident.incidentId).toBe(
        world.all()[0]!.incident.incidentId,
      );
    }
    expect(world.published.at(-1)?.detail).toMatchObject({
      reasons: ['incidents-merged'],
    });
  });

  it('a flapping alarm does not open ten incidents', async () => {
    const world = groupingWorld();
    for (let i = 0; i < 10; i++) {
      const at = NOW + i * 1800;
      world.setNow(at + 5);
      await groupSignals(world.deps, 'acme', [alarm('ALARM', at)]);
      world.setNow(at + 305);
      await groupSignals(world.deps, 'acme', [alarm('OK', at + 300)]);
    }
    expect(world.all()).toHaveLength(1);
    expect(namesOf(world).filter((name) => name === 'IncidentOpened')).toHaveLength(1);
    // Each reopening doubles the required quiet time, so it soon stays open while flapping.
    expect(namesOf(world).filter((name) => name === 'IncidentResolved').length).toBeLessThan(3);
  });
});

describe('two concurrent writers', () => {
  it('never open two incidents for one cause', async () => {
    const world = groupingWorld();
    const { incidents } = world.stores;
    let isFirst = true;
    const slow: GroupingDeps = {
      ...world.deps,
      incidents: {
        ...incidents,
        readOpen: async (tenantId) => {
          const book = await incidents.readOpen(tenantId);
          if (isFirst) {
            isFirst = false;
            await groupSignals(world.deps, 'acme', [anomaly('db-1', NOW, { metric: 'other' })]);
          }
          return book;
        },
      },
    };
    await groupSignals(slow, 'acme', [anomaly('db-1')]);
    expect(world.all()).toHaveLength(1);
    expect(Object.keys(world.all()[0]!.incident.members)).toHaveLength(2);
    expect(namesOf(world)).toEqual(['IncidentOpened', 'IncidentUpdated']);
  });

  it('give up for redelivery if others keep writing', async () => {
    const world = groupingWorld();
    const incidents = { ...world.stores.incidents, write: async () => false };
    await expect(groupSignals({ ...world.deps, incidents }, 'acme', [anomaly('a')])).rejects.toThrow(
      DependencyUnavailableError,
    );
  });
});

describe('a crash after each write', () => {
  const crash = async (): Promise<never> => {
    throw new DependencyUnavailableError('gone');
  };
  const signals: readonly Signal[] = [anomaly('db-1')];
  const broken: readonly (readonly [string, (world: World) => Partial<GroupingDeps>])[] = [
    ['of the wake-up message', () => ({ signals: { requestQuietCheck: crash } })],
    ['of the incident', ({ stores }) => ({ incidents: { ...stores.incidents, write: crash } })],
    [
      'of the incident, unanswered',
      ({ stores }) => ({
        incidents: {
          ...stores.incidents,
          write: async (step) => {
            await stores.incidents.write(step);
            return crash();
          },
        },
      }),
    ],
    ['of the events', () => ({ events: { publish: crash } })],
    [
      'that marks them as announced',
      ({ stores }) => ({ incidents: { ...stores.incidents, clearPending: crash } }),
    ],
  ];

  it.each(broken)('%s loses no event and opens nothing twice', async (_, breaking) => {
    const world = groupingWorld();
    await expect(groupSignals({ ...world.deps, ...breaking(world) }, 'acme', signals)).rejects.toThrow(
      'gone',
    );
    await groupSignals(world.deps, 'acme', signals);
    expect(world.all()).toHaveLength(1);
    expect(world.all()[0]).toMatchObject({ pending: [] });
    expect(uniqueIds(world)).toEqual([`IncidentOpened/acme/${world.all()[0]!.incident.incidentId}`]);
    expect(world.quietChecks.length).toBeGreaterThan(0);
  });
});

describe('resolving quiet incidents', () => {
  it('is requested once while an incident is open, and again if it was too early', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('a')]);
    await groupSignals(world.deps, 'acme', [anomaly('b')]);
    expect(world.quietChecks).toEqual([{ tenantId: 'acme', delaySeconds: MAX_QUIET_CHECK_SECONDS }]);
    world.setNow(NOW + 30 + MAX_QUIET_CHECK_SECONDS);
    await groupSignals(world.deps, 'acme', []);
    expect(world.quietChecks).toHaveLength(2);
  });

  it('resolves soon after the last anomaly has ended, dated to its end, and requests no more checks', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('a'), anomaly('a', NOW, { metric: 'm' })]);
    const [first, last] = [NOW + 7200, NOW + 9000];
    for (const end of [anomalyEnd('a', first, { metric: 'm' }), anomalyEnd('a', last)]) {
      world.setNow(end.at + 300);
      await groupSignals(world.deps, 'acme', [end]);
      expect(world.all()[0]!.incident.status).toBe('open');
    }
    // The requested check runs when the quiet time is over, not a quarter of an hour later.
    expect(world.quietChecks.at(-1)).toEqual({
      tenantId: 'acme',
      delaySeconds: INCIDENT_POLICY.quietSeconds - 300,
    });
    world.setNow(last + INCIDENT_POLICY.quietSeconds);
    await groupSignals(world.deps, 'acme', []);
    expect(world.all()[0]!.incident).toMatchObject({ status: 'resolved', resolvedAt: last });
    expect(namesOf(world)).toEqual(
      expect.arrayContaining(['IncidentOpened', 'IncidentUpdated', 'IncidentResolved']),
    );
    expect(world.open.get('acme')).toMatchObject({ quietCheckAt: undefined });
  });

  it('waits at most a day for an end that never arrives', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('a')]);
    for (const [later, status] of [
      [86_399, 'open'],
      [86_400, 'resolved'],
    ] as const) {
      world.setNow(NOW + later);
      await groupSignals(world.deps, 'acme', []);
      expect(world.all()[0]!.incident.status).toBe(status);
    }
    expect(world.all()[0]!.incident.resolvedAt).toBe(NOW);
  });

  it('happens before a late signal that reopens', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('a')]);
    await groupSignals(world.deps, 'acme', [anomalyEnd('a', NOW + 600)]);
    world.setNow(NOW + 4 * 3600 + 60);
    await groupSignals(world.deps, 'acme', [anomaly('a', NOW + 4 * 3600)]);
    expect(world.all()).toHaveLength(1);
    expect(world.all()[0]!.incident).toMatchObject({ status: 'open', reopenCount: 1 });
    expect(world.published.at(-1)).toMatchObject({
      name: 'IncidentUpdated',
      detail: { reasons: ['reopened'] },
    });
  });

  it('forgets incidents that nothing can reopen', async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('a')]);
    world.setNow(NOW + 86_400);
    await groupSignals(world.deps, 'acme', []);
    await groupSignals(world.deps, 'acme', []);
    expect(world.open.get('acme')!.active).toEqual([]);
    expect(world.all()[0]!.incident.status).toBe('resolved');
  });
});

describe('transitioning an incident', () => {
  const opened = async () => {
    const world = groupingWorld();
    await groupSignals(world.deps, 'acme', [anomaly('a')]);
    const deps = { ...world.deps, ...world.stores };
    const { incidentId } = world.all()[0]!.incident;
    const move = (to: 'acknowledged' | 'mitigated' | 'resolved' | 'reviewed' | 'open', note?: string) =>
      transitionIncident(deps, 'acme', incidentId, {
        to,
        by: { kind: 'person' as const, name: 'ops' },
        note,
      });
    return { world, deps, incidentId, move };
  };

  it('passes through its life cycle with notes and names, and announces each step', async () => {
    const { world, move } = await opened();
    await move('acknowledged');
    await move('mitigated', 'rolled back');
    await move('resolved');
    const reviewed = await move('reviewed', 'add an index');
    expect(reviewed).toMatchObject({ status: 'reviewed', acknowledgedAt: NOW + 30 });
    expect(
      reviewed?.timeline.filter(({ kind }) => kind === 'status').map(({ text, by }) => [text, by]),
    ).toEqual(
      expect.arrayContaining([['acknowledged to mitigated: rolled back', { kind: 'person', name: 'ops' }]]),
    );
    expect(namesOf(world)).toEqual([
      ...['IncidentOpened', 'IncidentUpdated', 'IncidentUpdated', 'IncidentResolved', 'IncidentUpdated'],
    ]);
  });

  it('rejects transitions that its status does not allow, and unknown incidents', async () => {
    const { deps, move } = await opened();
    await expect(move('reviewed')).rejects.toThrow(ConflictError);
    await expect(move('open')).rejects.toThrow(
      'is open: found a transition to open, expected one to acknowledged, mitigated or resolved',
    );
    expect(
      await transitionIncident(deps, 'acme', 'unknown', {
        to: 'resolved',
        by: { kind: 'person' as const, name: 'ops' },
      }),
    ).toBeUndefined();
    expect(
      await transitionIncident(deps, 'other', 'unknown', {
        to: 'resolved',
        by: { kind: 'person' as const, name: 'ops' },
      }),
    ).toBeUndefined();
  });

  it('announces a step whose first announcement failed', async () => {
    const { world, deps, incidentId, move } = await opened();
    const mute = {
      ...deps,
      events: {
        publish: async () => {
          throw new DependencyUnavailableError('bus');
        },
      },
    };
    await expect(
      transitionIncident(mute, 'acme', incidentId, {
        to: 'resolved',
        by: { kind: 'person' as const, name: 'ops' },
      }),
    ).rejects.toThrow('bus');
    expect(namesOf(world)).toEqual(['IncidentOpened']);
    await expect(move('resolved')).rejects.toThrow(ConflictError);
    expect(namesOf(world)).toEqual(['IncidentOpened', 'IncidentResolved']);
  });
});
