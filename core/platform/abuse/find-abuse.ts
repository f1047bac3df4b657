/** Rules that find the abuse of API keys in counts of requests. */
import type { AccessCount, KeyCount } from './access-count.ts';

/** Hours before the hour that is judged: what was usual in them is no finding. */
export const HOURS_BEFORE = 3;

/** Counts of the hour that is judged, and of the `HOURS_BEFORE` hours before it. */
export interface Observed {
  readonly hour: readonly AccessCount[];
  readonly before: readonly AccessCount[];
}

export type AbuseKind = 'key-in-many-networks' | 'enumeration' | 'credential-guessing' | 'request-spike';

export interface AbuseFinding {
  readonly kind: AbuseKind;
  /** Tenant, tenant and key, or network. */
  readonly subject: string;
  readonly count: number;
  /** The same count of an average hour before. */
  readonly usual: number;
}

const MIN_NEW_NETWORKS = 10;
const MIN_NOT_FOUND = 100;
const MIN_UNAUTHORIZED = 100;
const MIN_SPIKE = 5_000;
/** Factors above an average hour before. */
const [RISE, SPIKE] = [3, 10];

type Sums = ReadonlyMap<string, number>;

const sumsOf = (entries: Iterable<readonly [string, number]>): Sums => {
  const sums = new Map<string, number>();
  for (const [subject, count] of entries) sums.set(subject, (sums.get(subject) ?? 0) + count);
  return sums;
};

const keysIn = (counts: readonly AccessCount[]): readonly KeyCount[] =>
  counts.filter((count) => count.subject === 'key');

const keyOf = ({ tenantId, keyId }: KeyCount): string => `${tenantId} ${keyId}`;

interface Rule {
  readonly kind: AbuseKind;
  readonly entries: (counts: readonly AccessCount[]) => readonly (readonly [string, number])[];
  readonly min: number;
  readonly factor: number;
  /** Subjects without requests before are not judged. */
  readonly needsPast?: boolean;
}

const RULES: readonly Rule[] = [
  {
    kind: 'enumeration',
    entries: (counts) => keysIn(counts).map((count) => [keyOf(count), count.notFound]),
    min: MIN_NOT_FOUND,
    factor: RISE,
  },
  {
    kind: 'credential-guessing',
    entries: (counts) =>
      counts.flatMap((count) =>
        count.subject === 'network' ? [[count.network, count.unauthorized] as const] : [],
      ),
    min: MIN_UNAUTHORIZED,
    factor: RISE,
  },
  {
    kind: 'request-spike',
    entries: (counts) => keysIn(counts).map(({ tenantId, requests }) => [tenantId, requests]),
    min: MIN_SPIKE,
    factor: SPIKE,
    needsPast: true,
  },
];

const judge = ({ kind, entries, min, factor, needsPast = false }: Rule, { hour, before }: Observed) => {
  const past = sumsOf(entries(before));
  return [...sumsOf(entries(hour))].flatMap(([subject, count]): AbuseFinding[] => {
    const usual = (past.get(subject) ?? 0) / HOURS_BEFORE;
    const isKnown = !needsPast || usual > 0;
    return isKnown && count >= min && count > factor * usual ? [{ kind, subject, count, usual }] : [];
  });
};

const networksByKey = (counts: readonly AccessCount[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const networks = new Map<string, Set<string>>();
  for (const count of keysIn(counts)) {
    const known = networks.get(keyOf(count)) ?? new Set();
    for (const network of count.networks) known.add(network);
    networks.set(keyOf(count), known);
  }
  return networks;
};

/** Keys that are used from many networks which they were not used from before, and from more than before. */
const spreadKeys = ({ hour, before }: Observed): readonly AbuseFinding[] => {
  const past = networksByKey(before);
  return [...networksByKey(hour)].flatMap(([subject, networks]): AbuseFinding[] => {
    const known = past.get(subject) ?? new Set();
    const added = [...networks].filter((network) => !known.has(network)).length;
    return added >= MIN_NEW_NETWORKS && added > known.size
      ? [{ kind: 'key-in-many-networks', subject, count: added, usual: known.size }]
      : [];
  });
};

/** Everything in an hour that looks like abuse. */
export const findAbuse = (observed: Observed): readonly AbuseFinding[] => [
  ...spreadKeys(observed),
  ...RULES.flatMap((rule) => judge(rule, observed)),
];
