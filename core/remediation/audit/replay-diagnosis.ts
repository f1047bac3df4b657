/** Computes the causes of an incident again on which a choice rests. */
import { reportFromInputs } from '../../incidents/explaining/report-from-inputs.ts';
import { type Json, jsonHash } from '../../shared/canonical-json.ts';
import { errorFrom } from '../../shared/errors.ts';
import type { ChoiceInputs } from '../choosing/choice-inputs.ts';
import { namedCause, statedOf } from '../gathering/named-cause.ts';

export type DiagnosisReplay =
  /** The choice does not rest on a diagnosis. */
  | { readonly result: 'none' }
  /** The causes are given: their inputs were not recorded, or an older release decided. */
  | { readonly result: 'not-recorded' }
  | { readonly result: 'unusable'; readonly reason: string }
  /** To be compared: what the choice used, and what the inputs of the diagnosis give. */
  | { readonly result: 'computed'; readonly recorded: unknown; readonly computed: unknown };

const unusable = (reason: string): DiagnosisReplay => ({ result: 'unusable', reason });

const statedBy = ({ problem }: ChoiceInputs): unknown => {
  if ('absent' in problem) return null;
  const { targetIds, confidence, evidence } = problem;
  return { targetIds, confidence, evidence };
};

const compute = (
  { report: recorded }: { report: Json },
  choice: ChoiceInputs,
  inputs: Json,
): DiagnosisReplay => {
  try {
    const report = reportFromInputs(inputs);
    const cause = namedCause(report);
    return {
      result: 'computed',
      recorded: { diagnosis: recorded, problem: statedBy(choice) },
      computed: { diagnosis: report, problem: cause === undefined ? null : statedOf(cause) },
    };
  } catch (error) {
    return unusable(`this release cannot compute its diagnosis: ${errorFrom(error).message}`);
  }
};

/** `choice`: recorded inputs of a choice; `inputs`: those of the diagnosis that it names, if they were found. */
export const replayDiagnosis = (choice: ChoiceInputs, inputs: Json | undefined): DiagnosisReplay => {
  const { cause, problem, diagnosis } = choice;
  if (diagnosis === undefined)
    return { result: cause.kind === 'incident' && !('absent' in problem) ? 'not-recorded' : 'none' };
  const { inputsHash } = diagnosis;
  if (inputsHash === null) return { result: 'not-recorded' };
  if (inputs === undefined) return unusable(`the inputs ${inputsHash} of its diagnosis are missing`);
  if (jsonHash(inputs) !== inputsHash)
    return unusable(
      'the inputs of its diagnosis do not have the hash that the decision names: they were edited',
    );
  return compute(diagnosis, choice, inputs);
};
