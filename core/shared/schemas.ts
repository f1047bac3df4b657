/** Building blocks for schemas of types that are declared elsewhere. */
import * as z from 'zod';

/**
 * An object schema with exactly the fields of `Type`. Zod drops unknown fields, so an optional field that the type
 * gains and the schema lacks would be lost on reading; here it does not compile.
 */
export const objectOf =
  <Type>() =>
  <Shape extends Readonly<Record<keyof Type, z.ZodType>>>(shape: Shape) =>
    z.object(shape);

/** A field that is always there, but may be undefined: JSON drops it. */
export const orUndefined = <Schema extends z.ZodType>(schema: Schema) =>
  schema.optional().transform((value) => value);

/** A number that a computation may leave without a value: JSON stores NaN as null. */
export const numberOrNaN = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
