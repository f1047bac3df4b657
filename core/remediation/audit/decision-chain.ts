/** Decisions of a tenant as a chain: each contains the hash of the one before it. */
import { canonicalJson, jsonHash } from '../../shared/canonical-json.ts';
import { type ChainHead, type Decision, NewDecision } from '../decision.ts';

/** The hash that a decision must have: that of all its other fields. */
export const decisionHash = ({ hash: _, ...content }: Omit<Decision, 'hash'> & { hash?: string }): string =>
  jsonHash(content);

/** As it will be read back: without fields that are undefined. */
const asStored = (decision: NewDecision): NewDecision =>
  NewDecision.parse(JSON.parse(canonicalJson(decision)));

/** Decisions with their places in the chain after `head`. */
export const append = (
  tenantId: string,
  head: ChainHead,
  decisions: readonly NewDecision[],
): readonly Decision[] => {
  let last = head;
  return decisions.map((decision) => {
    const { sequence, hash } = last;
    const content = { ...asStored(decision), tenantId, sequence: sequence + 1, previousHash: hash };
    const appended = { ...content, hash: decisionHash(content) };
    last = appended;
    return appended;
  });
};

/** The end of a chain after `decisions`, which were appended after `head`. */
export const headAfter = (head: ChainHead, decisions: readonly Decision[]): ChainHead => {
  const last = decisions.at(-1);
  return last === undefined ? head : { sequence: last.sequence, hash: last.hash };
};
