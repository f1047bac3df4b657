/** Bodies of PATCH (RFC 7644, section 3.5.2), in the dialects of the directories. */
import * as z from 'zod';
import { named } from './components.ts';

/** Resources of one response at most; a request for more gets this many. */
export const MAX_COUNT = 200;

const MAX_OPERATIONS = 1000;

const Op = z
  .string()
  .transform((op) => op.toLowerCase())
  .pipe(z.enum(['add', 'replace', 'remove']));

/** Directories add fields of their own, such as `name`. */
const PatchOperation = z.looseObject({
  op: Op.describe('`add`, `replace` or `remove`, in upper or lower case'),
  path: z.string().max(1024).optional(),
  value: z.unknown().optional(),
});
export type PatchOperation = z.infer<typeof PatchOperation>;

export const ScimPatch = named(
  'ScimPatch',
  z.looseObject({
    schemas: z.array(z.string()).optional(),
    Operations: z.array(PatchOperation).min(1).max(MAX_OPERATIONS),
  }),
);

/** An object of JSON; undefined for any other value. */
export const objectIn = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
