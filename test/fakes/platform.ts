/** The ports of platform in memory, with the guarantees of the real stores. */

import type { ApiKeyStore, KeyUseRecorder, KeyUses, TenantQuotas } from '../../core/platform/access/ports.ts';
import type { QuotaName } from '../../core/platform/api/quotas.ts';
import type { ApiKey } from '../../core/platform/api-key.ts';
import type { CommandResponse, KeyedCommand, ResponseStore } from '../../core/platform/idempotency/ports.ts';
import type { SettingsStore } from '../../core/platform/settings/ports.ts';
import { NO_SETTINGS, type Settings } from '../../core/platform/settings/settings.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { pageOf } from './shared.ts';

/** Settings by tenant, replaced only by a writer that read the newest. */
export const memorySettings = (initial: Readonly<Record<string, Settings>> = {}): SettingsStore => {
  const stored = new Map(Object.entries(initial));
  return {
    get: async (tenantId) => stored.get(tenantId) ?? NO_SETTINGS,
    replace: async (tenantId, settings) => {
      if ((stored.get(tenantId)?.version ?? 0) !== settings.version)
        throw new ConflictError('changed meanwhile');
      const next = { ...settings, version: settings.version + 1 };
      stored.set(tenantId, next);
      return next;
    },
  };
};

/** Quotas of which the given ones are limited; they never end. */
export const memoryQuotas = (left: Partial<Record<QuotaName, number>> = {}): TenantQuotas => {
  const take: TenantQuotas['take'] = async (_, name, units) => {
    const rest = (left[name] ?? Number.POSITIVE_INFINITY) - units;
    if (rest < 0) return false;
    left[name] = rest;
    return true;
  };
  const noted = new Set<string>();
  return {
    take,
    takeEach: async (tenantId, name, ids, at) => {
      const refused: string[] = [];
      for (const id of ids) {
        const thing = `${tenantId} ${name} ${id}`;
        if (noted.has(thing)) continue;
        if (await take(tenantId, name, 1, at)) noted.add(thing);
        else refused.push(id);
      }
      return refused;
    },
    charge: async (...args) => {
      await take(...args);
    },
    isSpent: (_, name) => left[name] === 0,
  };
};

/** Claims and responses by tenant and Idempotency-Key. */
export const memoryResponses = (): ResponseStore => {
  interface Stored {
    readonly fingerprint: string;
    readonly requestId: string;
    readonly expiresAt: number;
    readonly response?: CommandResponse;
  }
  const stored = new Map<string, Stored>();
  const idOf = ({ tenantId, key }: KeyedCommand): string => `${tenantId} ${key}`;
  const isClaimedBy = (command: KeyedCommand): boolean => {
    const found = stored.get(idOf(command));
    return found !== undefined && found.requestId === command.requestId && found.response === undefined;
  };
  return {
    claim: async (command, now, expiresAt) => {
      const { fingerprint, requestId } = command;
      const found = stored.get(idOf(command));
      if (found === undefined || found.expiresAt <= now) {
        stored.set(idOf(command), { fingerprint, requestId, expiresAt });
        return { state: 'claimed' };
      }
      return found.response === undefined
        ? { state: 'in-progress', fingerprint: found.fingerprint, until: found.expiresAt }
        : { state: 'answered', fingerprint: found.fingerprint, response: found.response };
    },
    complete: async (command, response, expiresAt) => {
      if (!isClaimedBy(command)) return false;
      const { fingerprint, requestId } = command;
      stored.set(idOf(command), { fingerprint, requestId, expiresAt, response });
      return true;
    },
    release: async (command) => {
      if (isClaimedBy(command)) stored.delete(idOf(command));
    },
  };
};

/** API keys by tenant and id. */
export const memoryApiKeys = (initial: readonly ApiKey[] = []) => {
  const nameOf = (tenantId: string, keyId: string) => `${tenantId} ${keyId}`;
  const stored = new Map(initial.map((key) => [nameOf(key.tenantId, key.keyId), key] as const));
  const add = (key: ApiKey): void => {
    const name = nameOf(key.tenantId, key.keyId);
    if (stored.has(name)) throw new ConflictError('exists');
    stored.set(name, key);
  };
  const keys: ApiKeyStore = {
    find: async (tenantId, keyId) => stored.get(nameOf(tenantId, keyId)),
    add: async (key) => add(key),
    list: async (tenantId, page) => {
      const own = [...stored.values()].filter((key) => key.tenantId === tenantId);
      return pageOf(
        `api-keys ${tenantId}`,
        own.sort((a, b) => (a.keyId < b.keyId ? -1 : 1)),
        page,
      );
    },
    replace: async ({ keyId, validUntil }, successor) => {
      const name = nameOf(successor.tenantId, keyId);
      const old = stored.get(name);
      if (old === undefined || old.revokedAt !== undefined || old.replacedBy !== undefined)
        throw new ConflictError('replaced or revoked');
      add(successor);
      stored.set(name, { ...old, validUntil, replacedBy: successor.keyId });
    },
    revoke: async (tenantId, keyId, at, by) => {
      const name = nameOf(tenantId, keyId);
      const old = stored.get(name);
      if (old !== undefined && old.revokedAt === undefined)
        stored.set(name, { ...old, revokedAt: at, revokedBy: by });
      return stored.get(name);
    },
  };
  return { keys, stored };
};

/** The last uses of API keys; `recorded` lists each record as `tenant key time`. */
export const memoryKeyUses = () => {
  const recorded: string[] = [];
  const uses: KeyUseRecorder & KeyUses = {
    record: async (tenantId, keyId, at) => {
      recorded.push(`${tenantId} ${keyId} ${at}`);
    },
    lastUses: async (tenantId, keyIds) =>
      new Map(
        keyIds.flatMap((keyId) => {
          const last = recorded.findLast((line) => line.startsWith(`${tenantId} ${keyId} `));
          return last === undefined ? [] : [[keyId, Number(last.split(' ')[2])] as const];
        }),
      ),
  };
  return { uses, recorded };
};
