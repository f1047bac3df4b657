import type { Identity } from '../identity.ts';
import type { AccessCount } from './access-count.ts';
import { networkOf } from './network.ts';

/** One request that was answered. */
export interface Access {
  readonly caller: Pick<Identity, 'tenantId' | 'keyId' | 'name'> | undefined;
  readonly sourceIp: string;
  readonly status: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Counts are due after this time, or at once if they may be part of an attack: the process may get no further request. */
const MAX_AGE_MS = 60_000;
const MAX_SUSPICIOUS = 20;
const MAX_NETWORKS = 10;
/** Callers and networks that a process counts at once. */
const MAX_COUNTS = 500;
/** Responses to a caller who probes for ids and permissions. */
const REFUSED: readonly number[] = [403, 404];

interface Open {
  readonly since: number;
  readonly networks: Set<string>;
  readonly access: Access;
  requests: number;
  suspicious: number;
}

const closed = ({ access: { caller, sourceIp }, requests, suspicious, networks }: Open): AccessCount => {
  if (caller === undefined)
    return { subject: 'network', network: networkOf(sourceIp), unauthorized: suspicious };
  const { tenantId, keyId, name } = caller;
  const usage = { requests, refused: suspicious, networks: [...networks].sort() };
  return keyId === undefined
    ? { subject: 'person', tenantId, name, ...usage }
    : { subject: 'key', tenantId, keyId, ...usage };
};

/** Names a caller or network among those that are counted. */
const idOf = ({ caller, sourceIp }: Access): string =>
  JSON.stringify(
    caller === undefined
      ? networkOf(sourceIp)
      : [caller.tenantId, caller.keyId ?? null, caller.keyId ?? caller.name],
  );

const isSuspicious = ({ caller, status }: Access): boolean =>
  caller === undefined ? status === 401 : REFUSED.includes(status);

/** Adds up the requests of one process, by caller, and by network for those without a valid credential. */
export class AccessCounter {
  readonly #open = new Map<string, Open>();

  /** Counts a request; returns the counts that are due. */
  record(access: Access): readonly AccessCount[] {
    this.#count(access);
    const isFull = this.#open.size >= MAX_COUNTS;
    const due = [...this.#open].filter(([, one]) => isFull || this.#isDue(one, access.at));
    for (const [id] of due) this.#open.delete(id);
    return due.map(([, one]) => closed(one));
  }

  #count(access: Access): void {
    if (access.caller === undefined && !isSuspicious(access)) return;
    const id = idOf(access);
    const known = this.#open.get(id);
    const open = known ?? { since: access.at, networks: new Set(), access, requests: 0, suspicious: 0 };
    open.requests += 1;
    if (isSuspicious(access)) open.suspicious += 1;
    open.networks.add(networkOf(access.sourceIp));
    this.#open.set(id, open);
  }

  #isDue({ since, suspicious, networks }: Open, now: number): boolean {
    return now - since >= MAX_AGE_MS || suspicious >= MAX_SUSPICIOUS || networks.size >= MAX_NETWORKS;
  }
}
