/** Computes a decision again from its recorded inputs. */
import { canonicalJson, type Json, jsonHash } from '../../shared/canonical-json.ts';
import { errorFrom } from '../../shared/errors.ts';
import type { Decision } from '../decision.ts';
import { COMPUTATIONS, type Computation } from './computations.ts';
import { decisionHash } from './decision-chain.ts';
import { type JsonDifference, jsonDifferences } from './json-differences.ts';

/** `not-recorded`: the causes of the incident were taken as recorded, because their own inputs were not. */
export type DiagnosisResult = 'same' | 'not-recorded';

export type Replay =
  /**
   * The recomputed outcome equals the recorded one, byte for byte of their canonical JSON, and so do the causes of an
   * incident; `diagnosis` is absent without an incident.
   */
  | { readonly result: 'same'; readonly diagnosis?: DiagnosisResult }
  | { readonly result: 'different'; readonly differences: readonly JsonDifference[] }
  /** People decided, or it records what happened: there is nothing to compute. */
  | { readonly result: 'not-computed' }
  /** The record is damaged or incomplete, so that it proves nothing. */
  | { readonly result: 'unusable'; readonly reason: string };

const unusable = (reason: string): Replay => ({ result: 'unusable', reason });

const differencesOf = (recorded: unknown, computed: unknown): readonly JsonDifference[] => {
  const text = canonicalJson(computed);
  return text === canonicalJson(recorded) ? [] : jsonDifferences(recorded, JSON.parse(text));
};

const compare = (
  { computation, decision }: { readonly computation: Computation; readonly decision: Decision },
  inputs: Json,
  ofDiagnosis: Json | undefined,
): Replay => {
  const found = differencesOf(computation.computed(decision.outcome), computation.compute(inputs));
  const diagnosis = computation.diagnosis?.(inputs, ofDiagnosis) ?? { result: 'none' };
  if (diagnosis.result === 'unusable') return diagnosis;
  const isComputed = diagnosis.result === 'computed';
  const causes = isComputed ? differencesOf(diagnosis.recorded, diagnosis.computed) : [];
  const differences = [...causes, ...found];
  if (differences.length > 0) return { result: 'different', differences };
  if (diagnosis.result === 'none') return { result: 'same' };
  return { result: 'same', diagnosis: isComputed ? 'same' : 'not-recorded' };
};

/**
 * Whether the outcome of a decision follows from its inputs, and whether the causes of an incident on which it rests follow
 * from those of their diagnosis (`ofDiagnosis`, found by `diagnosisHash`). Pure and offline: it needs nothing but the
 * record. It computes with the rules of this release; those of the release that decided may have been others.
 */
export const replay = (decision: Decision, inputs: Json | undefined, ofDiagnosis?: Json): Replay => {
  if (decisionHash(decision) !== decision.hash)
    return unusable('the decision does not have the hash of its content: it was edited');
  if (decision.inputsHash === null) return { result: 'not-computed' };
  const computation = COMPUTATIONS[decision.kind];
  if (computation === undefined) return { result: 'not-computed' };
  if (inputs === undefined) return unusable(`its inputs ${decision.inputsHash} are missing`);
  if (jsonHash(inputs) !== decision.inputsHash)
    return unusable('the inputs do not have the hash that the decision names: they were edited');
  try {
    return compare({ computation, decision }, inputs, ofDiagnosis);
  } catch (error) {
    return unusable(`this release cannot compute it from its inputs: ${errorFrom(error).message}`);
  }
};
