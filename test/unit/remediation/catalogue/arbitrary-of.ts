/** Arbitrary values of a schema, so that properties hold for every action of the catalogue, also for future ones. */
import fc from 'fast-check';
import * as z from 'zod';
import type { Json } from '../../../../core/shared/canonical-json.ts';
import { between } from '../../../fixtures/numbers.ts';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly $ref?: string;
}

/** Few, so that a field that parameters name is often one that a state has. */
const WORDS = ['', 'a', 'b', 'a.b', 'v1', 'v2'] as const;

/** Unbounded numbers are mostly small, so that steps matter; bounds come up often. */
const numbers = ({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): fc.Arbitrary<number> => {
  const min = minimum ?? (exclusiveMinimum === undefined ? -1000 : exclusiveMinimum + 0.001);
  const max = Math.min(maximum ?? 1e6, 1e6);
  const near = Math.min(max, min + 40);
  const inside = type === 'integer' ? fc.integer({ min, max: near }) : between(min, near);
  return fc.oneof({ weight: 6, arbitrary: inside }, fc.constantFrom(min, max));
};

const strings = ({ pattern, minLength = 0 }: JsonSchema): fc.Arbitrary<string> => {
  const regex = pattern === undefined ? undefined : new RegExp(pattern);
  const known = WORDS.filter((word) => word.length >= minLength && (regex?.test(word) ?? true));
  const any = regex === undefined ? fc.string({ minLength, maxLength: 8 }) : fc.stringMatching(regex);
  return known.length === 0 ? any : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, any);
};

const objects = (schema: JsonSchema): fc.Arbitrary<Json> => {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
  const fields = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, arbitrary(field)])),
    { requiredKeys: [...required] },
  ) as fc.Arbitrary<Record<string, Json>>;
  if (typeof additionalProperties !== 'object') return fields;
  const names = strings({ minLength: 1, ...propertyNames }).filter((name) => name !== '__proto__');
  const more = fc.dictionary(names, arbitrary(additionalProperties), {
    minKeys: 1,
    maxKeys: 8,
    noNullPrototype: true,
  });
  return fc.tuple(more, fields).map(([extra, own]) => ({ ...extra, ...own }));
};

/** Any JSON, as `$ref`s to it mean: mostly numbers and flags, some nested. */
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json; leaf: Json }>((tie) => ({
  leaf: fc.oneof(fc.nat({ max: 100 }), fc.boolean(), fc.double({ min: 0, max: 9, noNaN: true }), fc.string()),
  value: fc.oneof(
    { weight: 4, arbitrary: tie('leaf') },
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('leaf'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

const arbitrary = (schema: JsonSchema): fc.Arbitrary<Json> => {
  if (schema.$ref !== undefined) return json;
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(arbitrary));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type) => arbitrary({ ...schema, type })));
  switch (schema.type) {
    case 'object':
      return objects(schema);
    case 'array':
      return fc.array(arbitrary(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 5, 20),
      });
    case 'string':
      return strings(schema);
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return json;
  }
};

/** Valid inputs of the schema: as they are sent, before defaults are filled in. */
export const arbitraryOf = (schema: z.ZodType): fc.Arbitrary<Json> =>
  arbitrary(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema).filter(
    (value) => schema.safeParse(value).success,
  );
