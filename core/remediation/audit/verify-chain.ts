/** Finds whatever was changed in a chain of decisions. */
import { type Anchor, type ChainHead, type Decision, EMPTY_CHAIN } from '../decision.ts';
import { decisionHash } from './decision-chain.ts';

export const CHAIN_FAULTS = ['edited', 'foreign', 'unlinked', 'missing', 'out-of-order', 'anchor'] as const;

export interface ChainFault {
  /** Of the decision at which the fault shows, or of the first of those that are missing. */
  readonly sequence: number;
  readonly fault: (typeof CHAIN_FAULTS)[number];
  /** A sentence for people. */
  readonly message: string;
}

/** A chain as it was found, and what else is known about it. */
export interface ChainEvidence {
  readonly tenantId: string;
  /** In the order in which they were found. */
  readonly decisions: readonly Decision[];
  /** Oldest first. */
  readonly anchors: readonly Anchor[];
  /** The end that the store names; undefined if it is not known. */
  readonly head: ChainHead | undefined;
  /** Epoch seconds: decisions that were anchored by then may be missing, because their retention ended. */
  readonly keptSince: number;
}

export interface ChainVerification {
  /** Decisions that were found. */
  readonly decisions: number;
  /** Up to this decision, a change would also contradict an anchor; 0 if there is none. */
  readonly anchoredUntil: number;
  /** In the order of their sequence. */
  readonly faults: readonly ChainFault[];
}

const rangeOf = (from: number, to: number): string =>
  from === to ? `decision ${from} is missing` : `decisions ${from} to ${to} are missing`;

/** A gap of the chain, apart from decisions up to `floor`, whose retention ended. */
const gap = (from: number, to: number, floor: number): readonly ChainFault[] => {
  const start = Math.max(from, floor + 1);
  return start > to ? [] : [{ sequence: start, fault: 'missing', message: rangeOf(start, to) }];
};

/** What shows in a decision alone. */
const faultsOf = (tenantId: string, decision: Decision): readonly ChainFault[] => {
  const { sequence } = decision;
  const isEdited = decisionHash(decision) !== decision.hash;
  const edited: ChainFault = {
    ...{ sequence, fault: 'edited' },
    message: `decision ${sequence} does not have the hash of its content`,
  };
  const foreign: ChainFault = {
    ...{ sequence, fault: 'foreign' },
    message: `decision ${sequence} belongs to tenant ${decision.tenantId}`,
  };
  return [...(isEdited ? [edited] : []), ...(decision.tenantId === tenantId ? [] : [foreign])];
};

/** What shows between a decision and the one found before it. */
const linkFaults = (
  before: ChainHead,
  { sequence, previousHash }: Decision,
  floor: number,
): readonly ChainFault[] => {
  if (sequence > before.sequence + 1) return gap(before.sequence + 1, sequence - 1, floor);
  if (sequence <= before.sequence) {
    const message = `decision ${sequence} comes after decision ${before.sequence}`;
    return [{ sequence, fault: 'out-of-order', message }];
  }
  if (previousHash === before.hash) return [];
  const message = `decision ${sequence} does not follow decision ${before.sequence}: it names another hash`;
  return [{ sequence, fault: 'unlinked', message }];
};

/** Places of the chain whose hash is known: the decisions, the one before the first that was found, and the end. */
const knownHashes = ({ decisions, head }: ChainEvidence): ReadonlyMap<number, string> => {
  const [first] = decisions;
  const before = first === undefined ? [] : [[first.sequence - 1, first.previousHash] as const];
  const end = head === undefined ? [] : [[head.sequence, head.hash] as const];
  return new Map([...end, ...before, ...decisions.map(({ sequence, hash }) => [sequence, hash] as const)]);
};

const anchorFaults = (
  anchors: readonly Anchor[],
  known: ReadonlyMap<number, string>,
): readonly ChainFault[] =>
  anchors.flatMap(({ sequence, hash, at }, index): readonly ChainFault[] => {
    const when = new Date(at * 1000).toISOString();
    const longest = Math.max(0, ...anchors.slice(0, index).map((earlier) => earlier.sequence));
    if (sequence < longest) {
      const message = `the anchor of ${when} ends at decision ${sequence}, but an earlier one at ${longest}`;
      return [{ sequence: sequence + 1, fault: 'anchor', message }];
    }
    const found = known.get(sequence);
    if (found === undefined || found === hash) return [];
    const message = `the chain up to decision ${sequence} is not the one that was anchored at ${when}`;
    return [{ sequence, fault: 'anchor', message }];
  });

/** What shows at the end: missing decisions, or an end that is another one than the store names. */
const endFaults = (last: ChainHead, evidence: ChainEvidence, floor: number): readonly ChainFault[] => {
  const { head, anchors } = evidence;
  const anchored = Math.max(0, ...anchors.map(({ sequence }) => sequence));
  if (head !== undefined && head.sequence < anchored) {
    const message = `the store names decision ${head.sequence} as the last, but ${anchored} was anchored`;
    return [{ sequence: head.sequence + 1, fault: 'missing', message }];
  }
  const end = Math.max(head?.sequence ?? 0, anchored);
  const missing = gap(last.sequence + 1, end, floor);
  if (head === undefined || missing.length > 0 || end > last.sequence) return missing;
  if (head.sequence === last.sequence && head.hash === last.hash) return [];
  const message = `the store names decision ${head.sequence} as the last, with another hash or place than found`;
  return [{ sequence: last.sequence, fault: 'unlinked', message }];
};

/**
 * Finds every edit, deletion, insertion, exchange and truncation, with its place. What an intruder cannot do without
 * showing: change decisions up to the last anchor. Later ones can be rewritten by someone who computes all hashes anew and
 * replaces the end in the store, until the next anchor.
 */
export const verifyChain = (evidence: ChainEvidence): ChainVerification => {
  const { tenantId, decisions, anchors, keptSince } = evidence;
  const floor = Math.max(0, ...anchors.filter(({ at }) => at <= keptSince).map(({ sequence }) => sequence));
  const links = decisions.flatMap((decision, index) =>
    linkFaults(decisions[index - 1] ?? EMPTY_CHAIN, decision, floor),
  );
  const faults = [
    ...decisions.flatMap((decision) => faultsOf(tenantId, decision)),
    ...links,
    ...anchorFaults(anchors, knownHashes(evidence)),
    ...endFaults(decisions.at(-1) ?? EMPTY_CHAIN, evidence, floor),
  ];
  return {
    decisions: decisions.length,
    anchoredUntil: Math.max(0, ...anchors.map(({ sequence }) => sequence)),
    faults: faults.toSorted((a, b) => a.sequence - b.sequence),
  };
};
