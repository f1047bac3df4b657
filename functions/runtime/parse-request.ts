import type * as z from 'zod';
import { InvalidRequestError } from './problem-of-error.ts';

/** Parses a part of a request. @throws InvalidRequestError naming each field that is wrong */
export const parseRequest = <Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> => {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new InvalidRequestError(parsed.error);
  return parsed.data;
};
