import type { PlannedChange } from '../engine/planned-resource.ts';
import { readCdkDiff, requireComplete } from './cdk-diff.ts';
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
