import { type ChangeRecord, summaryOf } from '../../../../core/changes/change.ts';
import type { DeploymentStore, StoredChange } from '../../../../core/changes/ports.ts';
import type { DeployExample } from '../../../../core/changes/risk/engine/risk-model.ts';
import type { ChangeStore } from '../../../../core/incidents/ports.ts';

/** Changes in memory, with the guarantees of the real stores. */
export const memoryDeployments = () => {
  const stored = new Map<string, StoredChange>();
  const lessons = new Map<string, DeployExample>();
  const keyOf = ({ tenantId, changeId }: { tenantId: string; changeId: string }) => `${tenantId} ${changeId}`;
  const newest = (tenantId: string) =>
    [...stored.values()]
      .map(({ record }) => ({ ...summaryOf(record), tenantId: record.tenantId }))
      .filter((each) => each.tenantId === tenantId)
      .sort((a, b) => b.at - a.at || (a.changeId < b.changeId ? 1 : -1));
  const store: DeploymentStore & ChangeStore = {
    create: async (record) => {
      const known = stored.get(keyOf(record));
      if (known !== undefined) return { stored: known, isNew: false };
      const fresh = { record: structuredClone(record), revision: 1, pending: [] };
      stored.set(keyOf(record), fresh);
      return { stored: fresh, isNew: true };
    },
    get: async (tenantId, changeId) => stored.get(keyOf({ tenantId, changeId })),
    update: async ({ record, pending }, revision, outcome) => {
      if (stored.get(keyOf(record))?.revision !== revision) return undefined;
      const next = { record, pending, revision: revision + 1 };
      stored.set(keyOf(record), next);
      if (outcome !== undefined) lessons.set(keyOf(record), outcome);
      return next;
    },
    list: async (tenantId, { limit, cursor }) => {
      const all = newest(tenantId);
      const from = cursor === undefined ? 0 : Number(cursor);
      const more = from + limit < all.length ? String(from + limit) : undefined;
      return { items: all.slice(from, from + limit), nextCursor: more };
    },
    during: async (tenantId, from, to) => newest(tenantId).filter(({ at }) => at >= from && at <= to),
    outcomes: async (tenantId, limit) =>
      [...lessons]
        .filter(([key]) => key.startsWith(`${tenantId} `))
        .map(([, each]) => each)
        .slice(0, limit),
    between: async (tenantId, from, to) =>
      newest(tenantId)
        .filter(({ at }) => at >= from && at <= to)
        .map(({ changeId, targetId, at, summary }) => ({
          ...{ kind: 'change' as const, signalId: changeId, tenantId, targetId, at, summary },
        }))
        .reverse(),
  };
  return {
    store,
    stored,
    lessons,
    recordOf: (key: string): ChangeRecord | undefined => stored.get(key)?.record,
  };
};
