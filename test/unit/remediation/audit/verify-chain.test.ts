import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { append, decisionHash, headAfter } from '../../../../core/remediation/audit/decision-chain.ts';
import { type ChainEvidence, verifyChain } from '../../../../core/remediation/audit/verify-chain.ts';
import {
  type Anchor,
  DECISION_KINDS,
  type Decision,
  EMPTY_CHAIN,
} from '../../../../core/remediation/decision.ts';
import { decision, NOW } from './decision-samples.ts';

const DAY = 86_400;

/** A chain with an anchor after each of some decisions. */
const honest = (length: number, anchoredAt: readonly number[], tenantId = 'acme'): ChainEvidence => {
  const wanted = Array.from({ length }, (_, n) =>
    decision({ at: NOW + n * DAY, kind: DECISION_KINDS[n % DECISION_KINDS.length]!, outcome: { n } }),
  );
  const decisions = append(tenantId, EMPTY_CHAIN, wanted);
  const anchors = [...new Set(anchoredAt)]
    .filter((sequence) => sequence >= 1 && sequence <= length)
    .toSorted((a, b) => a - b)
    .map((sequence) => anchorOf(decisions[sequence - 1]!));
  return { tenantId, decisions, anchors, head: headAfter(EMPTY_CHAIN, decisions), keptSince: 0 };
};
const anchorOf = ({ sequence, hash, at }: Decision): Anchor => ({ sequence, hash, at });

/** The rest of a chain from an index, with hashes computed anew. */
const rechained = (decisions: readonly Decision[], from: number): readonly Decision[] => {
  const kept = decisions.slice(0, from);
  const rest = decisions
    .slice(from)
    .map(({ tenantId: _, sequence: __, previousHash: ___, hash: ____, ...own }) => own);
  return [...kept, ...append('acme', headAfter(EMPTY_CHAIN, kept), rest)];
};

const faultsOf = (evidence: ChainEvidence) => verifyChain(evidence).faults;

const lengths = fc.integer({ min: 2, max: 12 });
const chains = lengths.chain((length) =>
  fc.array(fc.integer({ min: 1, max: length })).map((anchoredAt) => honest(length, anchoredAt)),
);

describe('an honest chain', () => {
  it('verifies, whatever its anchors', () => {
    fc.assert(
      fc.property(chains, (evidence) => {
        const anchoredUntil = evidence.anchors.at(-1)?.sequence ?? 0;
        expect(verifyChain(evidence)).toEqual({
          decisions: evidence.decisions.length,
          anchoredUntil,
          faults: [],
        });
        expect(faultsOf({ ...evidence, head: undefined })).toEqual([]);
      }),
    );
  });

  it('verifies if it is empty', () => {
    expect(faultsOf(honest(0, []))).toEqual([]);
  });

  it('verifies from any anchor on, if what came before may be gone', () => {
    fc.assert(
      fc.property(chains, fc.nat({ max: 11 }), (evidence, index) => {
        const anchor = evidence.anchors[index % Math.max(1, evidence.anchors.length)];
        fc.pre(anchor !== undefined);
        const keptSince = anchor.at;
        // DynamoDB deletes expired items in any order.
        const rest = evidence.decisions.filter(
          ({ sequence }) => sequence > anchor.sequence || sequence % 2 === 0,
        );
        expect(faultsOf({ ...evidence, decisions: rest, keptSince })).toEqual([]);
        const none = evidence.decisions.filter(({ sequence }) => sequence > anchor.sequence);
        expect(faultsOf({ ...evidence, decisions: none, keptSince })).toEqual([]);
      }),
    );
  });
});

/** What somebody with access to the table could do. Each returns the decisions that are then found. */
type Tampering = (decisions: readonly Decision[], index: number, other: number) => readonly Decision[];
const replaced = (decisions: readonly Decision[], index: number, change: (own: Decision) => Decision) =>
  decisions.map((own, at) => (at === index ? change(own) : own));
const withOwnHash = (own: Decision): Decision => ({ ...own, hash: decisionHash(own) });

const TAMPERINGS: Readonly<Record<string, Tampering>> = {
  'edits an outcome': (all, index) => replaced(all, index, (own) => ({ ...own, outcome: 'allowed' })),
  'edits a time': (all, index) => replaced(all, index, (own) => ({ ...own, at: own.at + 1 })),
  'edits who decided': (all, index) =>
    replaced(all, index, (own) => ({ ...own, by: { kind: 'person', name: 'eve' } })),
  'edits the hash of the inputs': (all, index) =>
    replaced(all, index, (own) => ({ ...own, inputsHash: 'c'.repeat(64) })),
  'edits and computes the hash anew': (all, index) =>
    replaced(all, index, (own) => withOwnHash({ ...own, outcome: 'allowed' })),
  'moves a decision to another tenant': (all, index) =>
    replaced(all, index, (own) => withOwnHash({ ...own, tenantId: 'globex' })),
  'deletes a decision': (all, index) => all.toSpliced(index, 1),
  'deletes all from a decision on': (all, index) => all.slice(0, index),
  'deletes all up to a decision': (all, index) => all.slice(index + 1),
  'inserts a copy': (all, index, other) => all.toSpliced(other, 0, all[index]!),
  'exchanges two decisions': (all, index, other) => {
    const [a, b] = [all[index]!, all[other]!];
    return all.map((own, at) => (at === index ? b : at === other ? a : own));
  },
  'exchanges the contents of two decisions': (all, index, other) => {
    const [a, b] = [all[index]!, all[other]!];
    return replaced(
      replaced(all, index, (own) => ({ ...own, outcome: b.outcome })),
      other,
      (own) => ({
        ...own,
        outcome: a.outcome,
      }),
    );
  },
};

describe('somebody who', () => {
  it.each(Object.entries(TAMPERINGS))('%s is found', (_, tamper) => {
    fc.assert(
      fc.property(chains, fc.nat(), fc.nat(), (evidence, a, b) => {
        const { length } = evidence.decisions;
        const decisions = tamper(evidence.decisions, a % length, b % length);
        fc.pre(JSON.stringify(decisions) !== JSON.stringify(evidence.decisions));
        expect(faultsOf({ ...evidence, decisions })).not.toEqual([]);
      }),
    );
  });

  it.each(Object.entries(TAMPERINGS).filter(([name]) => !name.includes('tenant')))(
    '%s and computes all later hashes and the end anew contradicts an anchor',
    (_, tamper) => {
      fc.assert(
        fc.property(lengths, fc.nat(), fc.nat(), (length, a, b) => {
          // The last decision is anchored.
          const evidence = honest(length, [length]);
          const [index, other] = [a % length, b % length];
          const changed = tamper(evidence.decisions, index, other);
          const decisions = rechained(changed, 0);
          // One more decision at the end is no change of the others.
          fc.pre(JSON.stringify(decisions.slice(0, length)) !== JSON.stringify(evidence.decisions));
          const head = headAfter(EMPTY_CHAIN, decisions);
          expect(faultsOf({ ...evidence, decisions, head })).not.toEqual([]);
        }),
      );
    },
  );

  it('rewrites everything after the last anchor, with the end, is found only by the next anchor', () => {
    const evidence = honest(6, [4]);
    const edited = replaced(evidence.decisions, 4, (own) => ({ ...own, outcome: 'allowed' }));
    const decisions = rechained(edited, 4);
    const head = headAfter(EMPTY_CHAIN, decisions);
    expect(faultsOf({ ...evidence, decisions, head })).toEqual([]);
    expect(faultsOf({ ...evidence, decisions })).toMatchObject([{ sequence: 6, fault: 'unlinked' }]);
    const anchors = [anchorOf(evidence.decisions[4]!)];
    expect(faultsOf({ ...evidence, decisions, head, anchors })).toMatchObject([
      { sequence: 5, fault: 'anchor' },
    ]);
  });

  it('deletes the beginning, although its retention has not ended, is found', () => {
    const evidence = honest(9, [2, 5]);
    const [first, second] = evidence.anchors;
    const found = (after: number, keptSince: number) =>
      faultsOf({ ...evidence, decisions: evidence.decisions.slice(after), keptSince });
    expect(found(2, first!.at)).toEqual([]);
    expect(found(4, first!.at)).toMatchObject([{ sequence: 3, message: 'decisions 3 to 4 are missing' }]);
    expect(found(4, second!.at - 1)).toMatchObject([{ sequence: 3 }]);
    expect(found(4, second!.at)).toEqual([]);
    expect(found(9, second!.at)).toMatchObject([{ sequence: 6, message: 'decisions 6 to 9 are missing' }]);
  });
});

describe('a fault', () => {
  const evidence = honest(5, [3]);
  const found = (tamper: Tampering, index: number, other = 0) =>
    faultsOf({ ...evidence, decisions: tamper(evidence.decisions, index, other) }).map(
      ({ sequence, fault }) => `${sequence} ${fault}`,
    );

  it('names the decision at which it shows', () => {
    expect(found(TAMPERINGS['edits an outcome']!, 1)).toEqual(['2 edited']);
    expect(found(TAMPERINGS['edits and computes the hash anew']!, 1)).toEqual(['3 unlinked']);
    expect(found(TAMPERINGS['moves a decision to another tenant']!, 4)).toEqual(['5 foreign', '5 unlinked']);
    expect(found(TAMPERINGS['deletes a decision']!, 3)).toEqual(['4 missing']);
    expect(found(TAMPERINGS['deletes all from a decision on']!, 3)).toEqual(['4 missing']);
    expect(found(TAMPERINGS['inserts a copy']!, 1, 4)).toEqual(['2 out-of-order', '3 missing']);
    expect(found(TAMPERINGS['exchanges two decisions']!, 1, 2)).toEqual([
      '2 missing',
      '2 out-of-order',
      '3 missing',
    ]);
  });

  it('of anchors that contradict each other is one of theirs', () => {
    const [one, two] = [anchorOf(evidence.decisions[3]!), anchorOf(evidence.decisions[1]!)];
    const later = { ...two, at: one.at + 1 };
    expect(faultsOf({ ...evidence, anchors: [one, later] })).toMatchObject([
      { sequence: 3, fault: 'anchor' },
    ]);
  });

  it('of the decision before the first one found shows in an anchor, too', () => {
    const old = { ...anchorOf(evidence.decisions[1]!), hash: 'f'.repeat(64) };
    const decisions = evidence.decisions.slice(2);
    expect(faultsOf({ ...evidence, decisions, anchors: [old], keptSince: old.at })).toMatchObject([
      { sequence: 2, fault: 'anchor' },
    ]);
  });
});
