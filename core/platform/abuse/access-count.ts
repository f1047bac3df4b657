/** Counts of requests that a process behind the API writes to its log, and that the search for abuse reads. */
import * as z from 'zod';

/** Message of the log lines. */
export const ACCESS_COUNT = 'AccessCount';

const count = z.number().int().nonnegative();

const USAGE = {
  requests: count,
  /** Requests for items that do not exist or belong to another tenant, or that the caller may not make. */
  refused: count,
  /** Networks that the requests came from. */
  networks: z.array(z.string()),
};

/** Requests with one API key, and with the tokens that came from it. */
const KeyCount = z.object({
  subject: z.literal('key'),
  tenantId: z.string(),
  keyId: z.string(),
  ...USAGE,
});

/** Requests of one person in a tenant, and with the tokens that came from them. */
const PersonCount = z.object({
  subject: z.literal('person'),
  tenantId: z.string(),
  /** User name. */
  name: z.string(),
  ...USAGE,
});

/** Requests of one network without a valid credential. */
const NetworkCount = z.object({ subject: z.literal('network'), network: z.string(), unauthorized: count });

export const AccessCount = z.discriminatedUnion('subject', [KeyCount, PersonCount, NetworkCount]);
export type AccessCount = z.infer<typeof AccessCount>;
export type CallerCount = z.infer<typeof KeyCount> | z.infer<typeof PersonCount>;
