import type * as z from 'zod';
import { describeIssues } from '../../core/shared/describe-issues.ts';
import { InvalidInputError } from '../../core/shared/errors.ts';

/**
 * Parses what a workflow passes to a function.
 * @throws InvalidInputError naming each missing or malformed field
 */
export const parseInput = <Schema extends z.ZodType>(schema: Schema, event: unknown): z.infer<Schema> => {
  const parsed = schema.safeParse(event);
  if (!parsed.success) throw new InvalidInputError(describeIssues(parsed.error), { cause: parsed.error });
  return parsed.data;
};
