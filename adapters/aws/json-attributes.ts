/** JSON within an attribute of an item: as text, or deflated if it is large and repetitive. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';

/** Larger than any item: protects against damaged bytes that unpack endlessly. */
const MAX_BYTES = 64_000_000;

/** Any JSON value as deflated bytes. */
export const deflateJson = (value: unknown): Uint8Array => deflateRawSync(JSON.stringify(value));

/** The JSON value that `deflateJson` packed. @throws if the bytes are damaged */
export const inflateJson = (bytes: Uint8Array): unknown =>
  JSON.parse(inflateRawSync(bytes, { maxOutputLength: MAX_BYTES }).toString('utf8'));

/** Turns a function that throws on damaged input into a step of a schema. */
const unpacking =
  <Packed>(unpack: (packed: Packed) => unknown) =>
  (packed: Packed, context: z.RefinementCtx): unknown => {
    try {
      return unpack(packed);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `damaged JSON: ${String(error)}` });
      return z.NEVER;
    }
  };

/** An attribute that `deflateJson` packed, with the schema of what it holds. */
export const deflated = <Content>(schema: z.ZodType<Content>) =>
  z.instanceof(Uint8Array).transform(unpacking(inflateJson)).pipe(schema);

/** An attribute that holds JSON text, with the schema of what it holds. */
export const jsonText = <Content>(schema: z.ZodType<Content>) =>
  z
    .string()
    .transform(unpacking((text: string) => JSON.parse(text)))
    .pipe(schema);
