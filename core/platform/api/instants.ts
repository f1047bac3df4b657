/** Times in requests and responses. */
import * as z from 'zod';
import { INSTANT_RANGE, parseInstant } from '../../shared/instant.ts';

/** A time as a client may write it. */
export const RequestInstant = z
  .string()
  .max(64)
  .refine(
    (text) => !Number.isNaN(parseInstant(text)),
    `expected ISO 8601 or epoch seconds, ${INSTANT_RANGE}`,
  );

/** A time in a response. */
export const ResponseInstant = z.iso.datetime().describe('UTC, ISO 8601');

/** Epoch seconds of an optional time that `RequestInstant` has accepted. */
export const secondsOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseInstant(text);
