import * as z from 'zod';

/** Header that makes a command safe to repeat. `#` separates parts of storage keys. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21\x22\x24-\x7e]{1,128}$/, 'expected 1-128 visible ASCII characters without "#"');
