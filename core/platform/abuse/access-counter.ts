import type { AccessCount, KeyCount, NetworkCount } from './access-count.ts';
import { networkOf } from './network.ts';

/** One request that was answered. */
export interface Access {
  readonly tenantId: string | undefined;
  readonly keyId: string | undefined;
  readonly sourceIp: string;
  readonly status: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Counts are due after this time, or at once if they may be part of an attack: the process may get no further request. */
const MAX_AGE_MS = 60_000;
const MAX_SUSPICIOUS = 20;
const MAX_NETWORKS = 10;
/** Keys and networks that a process counts at once. */
const MAX_COUNTS = 500;

interface Open {
  readonly since: number;
  readonly networks: Set<string>;
  readonly subject: KeyCount['subject'] | NetworkCount['subject'];
  readonly access: Access;
  requests: number;
  suspicious: number;
}

const closed = ({ subject, access, requests, suspicious, networks }: Open): AccessCount => {
  const { tenantId = '', keyId = '' } = access;
  return subject === 'key'
    ? { subject, tenantId, keyId, requests, notFound: suspicious, networks: [...networks].sort() }
    : { subject, network: networkOf(access.sourceIp), unauthorized: suspicious };
};

/** Adds up the requests of one process, by key, and by network for those without a valid credential. */
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
    const { tenantId, keyId, sourceIp, status, at } = access;
    const hasKey = keyId !== undefined;
    if (!hasKey && status !== 401) return;
    const network = networkOf(sourceIp);
    const id = hasKey ? `${tenantId} ${keyId}` : network;
    const subject = hasKey ? 'key' : 'network';
    const known = this.#open.get(id);
    const open = known ?? { since: at, networks: new Set(), subject, access, requests: 0, suspicious: 0 };
    open.requests += 1;
    if (status === (hasKey ? 404 : 401)) open.suspicious += 1;
    open.networks.add(network);
    this.#open.set(id, open);
  }

  #isDue({ since, suspicious, networks }: Open, now: number): boolean {
    return now - since >= MAX_AGE_MS || suspicious >= MAX_SUSPICIOUS || networks.size >= MAX_NETWORKS;
  }
}
