import type { PlannedChange } from '../engine/planned-resource.ts';
import { endsAsOldDiff, readCdkDiff, requireComplete } from './cdk-diff.ts';
import { readChangeSet } from './change-set.ts';

export type { PlannedChange } from '../engine/planned-resource.ts';

export const CHANGE_FORMATS = ['cloudformation-change-set', 'cdk-diff'] as const;
export type ChangeFormat = (typeof CHANGE_FORMATS)[number];

/**
 * Reads a planned change: the JSON of CloudFormation's DescribeChangeSet (one response, or an array of pages and nested
 * stacks), or the complete text of `cdk diff`.
 * @throws InvalidInputError with what was found and expected
 */
export const readPlannedChange = (format: ChangeFormat, content: unknown): PlannedChange => {
  if (format !== 'cdk-diff') return readChangeSet(content);
  const change = readCdkDiff(content);
  requireComplete(String(content));
  return change;
};

/** A change with a warning for the reader, if it may be incomplete. */
export interface UnconfirmedChange {
  readonly change: PlannedChange;
  readonly warning?: string;
}

/**
 * Like `readPlannedChange`, for a person who reads the result: also accepts the output of a CDK CLI older than 2.89,
 * which does not confirm that it is complete. Decisions of a program need the confirmation.
 * @throws InvalidInputError with what was found and expected
 */
export const readUnconfirmedChange = (format: ChangeFormat, content: unknown): UnconfirmedChange => {
  if (format !== 'cdk-diff' || typeof content !== 'string' || !endsAsOldDiff(content))
    return { change: readPlannedChange(format, content) };
  return {
    change: readCdkDiff(content),
    warning:
      'read as the output of a CDK CLI older than 2.89, which does not print the number of stacks with differences; if cdk diff failed, stacks are missing from the assessment',
  };
};
