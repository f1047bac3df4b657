import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { ConfigurationError } from '../../core/shared/errors.ts';

const Outputs = z.record(z.string(), z.record(z.string(), z.string()));

/** Outputs of every deployed stack: stack name, then output name. */
export type StackOutputs = z.infer<typeof Outputs>;

/** Reads the file that `cdk deploy --outputs-file` wrote. */
export const readStackOutputs = (path: string): StackOutputs =>
  Outputs.parse(JSON.parse(readFileSync(path, 'utf8')));

/**
 * Value of the output with this name in any stack; CDK may append a hash to the name.
 * Throws `ConfigurationError` if no stack, or more than one, has it.
 */
export const requireOutput = (outputs: StackOutputs, name: string): string => {
  const found = Object.values(outputs).flatMap((stack) =>
    Object.entries(stack).filter(([key]) => key === name),
  );
  const [first] = found;
  if (first === undefined || found.length > 1) {
    const known = Object.values(outputs).flatMap((stack) => Object.keys(stack));
    throw new ConfigurationError(
      `Expected one stack output named ${name}, found ${found.length} (there are: ${known.join(', ')})`,
    );
  }
  return first[1];
};
