/** Rules that find abuse in counts of requests. */
import type { AccessCount, CallerCount } from './access-count.ts';

type Counts = readonly AccessCount[];

/** Counts of the hour that is judged, and of earlier hours: what was usual in them is no finding. */
export interface Observed {
  readonly hour: Counts;
  /** The hours just before, latest first. */
  readonly before: readonly Counts[];
  /** The same hour on earlier days. */
  readonly sameHour: readonly Counts[];
}

export type AbuseKind =
  | 'caller-in-many-networks'
  | 'enumeration'
  | 'credential-guessing'
  | 'request-spike'
  | 'counts-incomplete';

export interface AbuseFinding {
  readonly kind: AbuseKind;
  /** Tenant, tenant and caller, or network; for incomplete counts, the log group. */
  readonly subject: string;
  readonly count: number;
  /** The same count of an average hour before, or of the same hour on an earlier day if that was more. */
  readonly usual: number;
}

const MIN_NEW_NETWORKS = 10;
/** New networks are a finding above this share of those that a caller was seen in. */
const NEW_NETWORKS_SHARE = 0.25;
/** Factor above what is usual. */
const RISE = 3;

type Sums = ReadonlyMap<string, number>;

const sumsOf = (entries: Iterable<readonly [string, number]>): Sums => {
  const sums = new Map<string, number>();
  for (const [subject, count] of entries) sums.set(subject, (sums.get(subject) ?? 0) + count);
  return sums;
};

const callersIn = (counts: Counts): readonly CallerCount[] =>
  counts.filter((count) => count.subject !== 'network');

const nameOf = (count: CallerCount): string =>
  count.subject === 'key' ? `${count.tenantId} ${count.keyId}` : `${count.tenantId} person ${count.name}`;

interface Rule {
  readonly kind: AbuseKind;
  readonly entries: (counts: Counts) => readonly (readonly [string, number])[];
  /** Fewer are no finding. */
  readonly min: number;
  /** More than this many times what is usual is a finding. */
  readonly factor: number;
  /** As many are a finding whatever is usual, so that a slow rise is found. */
  readonly always?: number;
  /** More than this many times the same hour on earlier days is a finding, so that a slow rise is found. */
  readonly dailyFactor?: number;
  /** Replaces `min` for a subject without a past. */
  readonly minWithoutPast?: number;
}

const RULES: readonly Rule[] = [
  {
    kind: 'enumeration',
    entries: (counts) => callersIn(counts).map((count) => [nameOf(count), count.refused]),
    ...{ min: 100, factor: RISE, always: 1_000 },
  },
  {
    kind: 'credential-guessing',
    entries: (counts) =>
      counts.flatMap((count) =>
        count.subject === 'network' ? [[count.network, count.unauthorized] as const] : [],
      ),
    ...{ min: 100, factor: RISE, always: 5_000 },
  },
  {
    kind: 'request-spike',
    entries: (counts) => callersIn(counts).map(({ tenantId, requests }) => [tenantId, requests]),
    // A tenant of 800 hosts that report every minute begins with as many.
    ...{ min: 5_000, factor: 10, dailyFactor: 30, minWithoutPast: 50_000 },
  },
];

const max = (values: readonly number[]): number => Math.max(0, ...values);
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** What is usual for a subject: in the hours before, and in the same hour of earlier days. */
const pastOf = ({ entries }: Rule, { before, sameHour }: Observed) => {
  const [recent, daily] = [before, sameHour].map((hours) => hours.map((counts) => sumsOf(entries(counts))));
  const of = (sums: readonly Sums[] = [], subject: string) => sums.map((each) => each.get(subject) ?? 0);
  return (subject: string) => {
    const thatHour = max(of(daily, subject));
    return { usual: Math.max(mean(of(recent, subject)), thatHour), thatHour };
  };
};

const isTooMany = (
  { min, factor, always, dailyFactor, minWithoutPast }: Rule,
  count: number,
  { usual, thatHour }: { readonly usual: number; readonly thatHour: number },
): boolean => {
  const isSlowRise =
    (always !== undefined && count >= always) ||
    (dailyFactor !== undefined && thatHour > 0 && count > dailyFactor * thatHour);
  const least = usual === 0 ? (minWithoutPast ?? min) : min;
  return count >= least && (count > factor * usual || isSlowRise);
};

const judge = (rule: Rule, observed: Observed): readonly AbuseFinding[] => {
  const past = pastOf(rule, observed);
  return [...sumsOf(rule.entries(observed.hour))].flatMap(([subject, count]): AbuseFinding[] => {
    const { usual, thatHour } = past(subject);
    return isTooMany(rule, count, { usual, thatHour }) ? [{ kind: rule.kind, subject, count, usual }] : [];
  });
};

type Networks = ReadonlyMap<string, ReadonlySet<string>>;

const networksByCaller = (counts: Counts): Networks => {
  const networks = new Map<string, Set<string>>();
  for (const count of callersIn(counts)) {
    const known = networks.get(nameOf(count)) ?? new Set();
    for (const network of count.networks) known.add(network);
    networks.set(nameOf(count), known);
  }
  return networks;
};

/** The networks of a caller in an hour, and those among them that no earlier hour has. */
const newIn = (subject: string, hour: Networks, earlier: readonly Networks[]) => {
  const known = new Set(earlier.flatMap((each) => [...(each.get(subject) ?? [])]));
  const added = [...(hour.get(subject) ?? [])].filter((network) => !known.has(network)).length;
  return { known: known.size, added };
};

/** Callers that are seen in many networks which they were not seen in before, unless they always move. */
const spreadCallers = ({ hour, before, sameHour }: Observed): readonly AbuseFinding[] => {
  const [now, past, days] = [
    networksByCaller(hour),
    before.map(networksByCaller),
    sameHour.map(networksByCaller),
  ];
  const [last = new Map(), ...older] = past;
  return [...now.keys()].flatMap((subject): AbuseFinding[] => {
    const { known, added } = newIn(subject, now, [...past, ...days]);
    const lastTime = newIn(subject, last, [...older, ...days]);
    // Without an earlier hour to compare with, all networks of the last hour would count as new.
    const usual = lastTime.known === 0 ? 0 : lastTime.added;
    const isFinding = added >= MIN_NEW_NETWORKS && added > NEW_NETWORKS_SHARE * known && added > RISE * usual;
    return isFinding ? [{ kind: 'caller-in-many-networks', subject, count: added, usual }] : [];
  });
};

/** Everything in an hour that looks like abuse. */
export const findAbuse = (observed: Observed): readonly AbuseFinding[] => [
  ...spreadCallers(observed),
  ...RULES.flatMap((rule) => judge(rule, observed)),
];
