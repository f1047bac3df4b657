import { describe, expect, it } from 'vitest';
import {
  commitWrite,
  publishPending,
  untilWritten,
} from '../../../../core/incidents/lifecycle/commit-write.ts';
import type { PlannedWrite } from '../../../../core/incidents/lifecycle/plan-write.ts';
import type { IncidentWrite, StoredIncident } from '../../../../core/incidents/ports.ts';
import type { DomainEvent } from '../../../../core/shared/domain-event.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';

const write: IncidentWrite = {
  ...{ tenantId: 'acme', expectedVersion: 1, changed: [], absorbed: new Map(), active: [] },
  ...{ quietCheckAt: undefined, earlyEnds: new Map() },
};
const pendingOf = (...ids: readonly string[]) =>
  ({
    version: 2,
    pending: ids.map((id) => ({ detail: { id } })),
    incident: { incidentId: ids[0] },
  }) as unknown as StoredIncident;

/** Dependencies that write down what is asked of them, in order. */
const recorded = (isWritten = true) => {
  const steps: unknown[] = [];
  const deps = {
    incidents: {
      write: async () => {
        steps.push('write');
        return isWritten;
      },
      clearPending: async (tenantId: string, incidents: readonly StoredIncident[]) => {
        steps.push(['clear', tenantId, incidents.length]);
      },
    },
    signals: {
      requestQuietCheck: async (tenantId: string, delaySeconds: number) => {
        steps.push(['check', tenantId, delaySeconds]);
      },
    },
    events: {
      publish: async (events: readonly DomainEvent[]) => {
        steps.push(['publish', ...events.map(({ detail }) => detail.id)]);
      },
    },
  };
  return { steps, deps };
};
const planned = (over: Partial<PlannedWrite> = {}): PlannedWrite => ({
  ...{ write, toAnnounce: [], checkAfterSeconds: undefined },
  ...over,
});

describe('committing a write', () => {
  it('requests the check, writes, publishes and clears, in this order', async () => {
    const { steps, deps } = recorded();
    const plan = planned({ toAnnounce: [pendingOf('e1', 'e2'), pendingOf('e3')], checkAfterSeconds: 900 });
    expect(await commitWrite(deps, 'acme', plan)).toBe(true);
    expect(steps).toEqual([
      ['check', 'acme', 900],
      'write',
      ['publish', 'e1', 'e2', 'e3'],
      ['clear', 'acme', 2],
    ]);
  });

  it('publishes nothing if another writer was faster', async () => {
    const { steps, deps } = recorded(false);
    expect(await commitWrite(deps, 'acme', planned({ toAnnounce: [pendingOf('e1')] }))).toBe(false);
    expect(steps).toEqual(['write']);
  });

  it('publishes what is pending even if there is nothing to write', async () => {
    const { steps, deps } = recorded();
    const plan = planned({ write: undefined, toAnnounce: [pendingOf('e1')], checkAfterSeconds: 900 });
    expect(await commitWrite(deps, 'acme', plan)).toBe(true);
    expect(steps).toEqual([
      ['publish', 'e1'],
      ['clear', 'acme', 1],
    ]);
  });

  it('neither publishes nor clears if nothing is pending', async () => {
    const { steps, deps } = recorded();
    await publishPending(deps, 'acme', []);
    expect(steps).toEqual([]);
  });

  it('keeps events pending if they cannot be published', async () => {
    const { steps, deps } = recorded();
    const events = { publish: () => Promise.reject(new DependencyUnavailableError('the bus is down')) };
    await expect(
      commitWrite({ ...deps, events }, 'acme', planned({ toAnnounce: [pendingOf('e1')] })),
    ).rejects.toThrow('the bus is down');
    expect(steps).toEqual(['write']);
  });
});

describe('an attempt that loses races', () => {
  const losing = async (times: number) => {
    const pauses: number[] = [];
    let attempts = 0;
    const result = await untilWritten(
      async (attempt) => void pauses.push(attempt),
      'grouping',
      async () => (++attempts > times ? 'done' : 'lost-race'),
    ).catch((error: unknown) => error);
    return { result, pauses, attempts };
  };

  it('is repeated after a pause until it wins', async () => {
    expect(await losing(0)).toEqual({ result: 'done', pauses: [], attempts: 1 });
    expect(await losing(3)).toEqual({ result: 'done', pauses: [1, 2, 3], attempts: 4 });
    expect(await losing(7)).toMatchObject({ result: 'done', attempts: 8 });
  });

  it('is given up after eight, without a last pause', async () => {
    const { result, pauses, attempts } = await losing(8);
    expect(result).toBeInstanceOf(DependencyUnavailableError);
    expect(String(result)).toContain('grouping: the incidents kept changing');
    expect([pauses, attempts]).toEqual([[1, 2, 3, 4, 5, 6, 7], 8]);
  });
});
