/** Computes a decision again from its recorded inputs. */
import { canonicalJson, type Json, jsonHash } from '../../shared/canonical-json.ts';
import { errorFrom } from '../../shared/errors.ts';
import type { Decision } from '../decision.ts';
import { COMPUTATIONS } from './computations.ts';
import { decisionHash } from './decision-chain.ts';
import { type JsonDifference, jsonDifferences } from './json-differences.ts';

export type Replay =
  /** The recomputed outcome equals the recorded one, byte for byte of their canonical JSON. */
  | { readonly result: 'same' }
  | { readonly result: 'different'; readonly differences: readonly JsonDifference[] }
  /** People decided, or it records what happened: there is nothing to compute. */
  | { readonly result: 'not-computed' }
  /** The record is damaged or incomplete, so that it proves nothing. */
  | { readonly result: 'unusable'; readonly reason: string };

const unusable = (reason: string): Replay => ({ result: 'unusable', reason });

const compare = (recorded: unknown, computed: unknown): Replay => {
  const text = canonicalJson(computed);
  if (text === canonicalJson(recorded)) return { result: 'same' };
  return { result: 'different', differences: jsonDifferences(recorded, JSON.parse(text)) };
};

/**
 * Whether the outcome of a decision follows from its inputs. Pure and offline: it needs nothing but the record. It computes
 * with the rules of this release; those of the release that decided may have been others.
 */
export const replay = (decision: Decision, inputs: Json | undefined): Replay => {
  if (decisionHash(decision) !== decision.hash)
    return unusable('the decision does not have the hash of its content: it was edited');
  if (decision.inputsHash === null) return { result: 'not-computed' };
  const computation = COMPUTATIONS[decision.kind];
  if (computation === undefined) return { result: 'not-computed' };
  if (inputs === undefined) return unusable(`its inputs ${decision.inputsHash} are missing`);
  if (jsonHash(inputs) !== decision.inputsHash)
    return unusable('the inputs do not have the hash that the decision names: they were edited');
  try {
    return compare(computation.computed(decision.outcome), computation.compute(inputs));
  } catch (error) {
    return unusable(`this release cannot compute it from its inputs: ${errorFrom(error).message}`);
  }
};
