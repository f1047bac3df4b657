import * as z from 'zod';
import { describeIssues } from '../../core/shared/describe-issues.ts';
import { ConfigurationError } from '../../core/shared/errors.ts';

/**
 * Reads and validates the function's environment, once per container.
 * @throws ConfigurationError naming each missing or malformed variable
 */
export const readEnv = <Shape extends z.ZodRawShape>(shape: Shape): z.infer<z.ZodObject<Shape>> => {
  const parsed = z.object(shape).safeParse(process.env);
  if (!parsed.success) throw new ConfigurationError(`Environment: ${describeIssues(parsed.error)}`);
  return parsed.data;
};
