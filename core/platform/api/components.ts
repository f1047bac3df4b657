import * as z from 'zod';

/** Names under which schemas appear among the components of the OpenAPI document. */
export const components = z.registry<{ readonly id: string }>();

/** Gives a schema its name in the OpenAPI document. */
export const named = <Schema extends z.ZodType>(id: string, schema: Schema): Schema => {
  components.add(schema, { id });
  return schema;
};
