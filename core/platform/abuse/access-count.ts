/** Counts of requests that a process behind the API writes to its log, and that the search for abuse reads. */
import * as z from 'zod';

/** Message of the log lines. */
export const ACCESS_COUNT = 'AccessCount';

const count = z.number().int().nonnegative();

/** Requests with one API key. */
const KeyCount = z.object({
  subject: z.literal('key'),
  tenantId: z.string(),
  keyId: z.string(),
  requests: count,
  /** Requests for items that do not exist or belong to another tenant. */
  notFound: count,
  /** Networks that the requests came from. */
  networks: z.array(z.string()),
});

/** Requests of one network without a valid credential. */
const NetworkCount = z.object({ subject: z.literal('network'), network: z.string(), unauthorized: count });

export const AccessCount = z.discriminatedUnion('subject', [KeyCount, NetworkCount]);
export type AccessCount = z.infer<typeof AccessCount>;
export type KeyCount = z.infer<typeof KeyCount>;
export type NetworkCount = z.infer<typeof NetworkCount>;
