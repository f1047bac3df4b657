/** Random JSON: values that fit a schema, and values that are damaged. */
import * as z from 'zod';
import { below, damagedText, HOSTILE_TEXTS, isChosen, pick, type Random } from './random-input.ts';

/** The part of JSON Schema that zod writes. */
interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
}

export const jsonSchemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;

/** Words of which some fit each pattern and refinement of the API. */
const WORDS = [
  'web-1',
  'db-2',
  'cpu_percent',
  'acme',
  '2026-11-21T10:00:00Z',
  '2026-11-22T10:00:00+01:00',
  '1795255200',
  'Europe/Vienna',
  'abcdefgh2345',
  '10:30',
  'replace',
  '2026-11-21T10-05-00Z-1a2b3c4d',
  'Stack a\nThere were no differences\n\n✨  Number of stacks with differences: 0\n',
  'a',
  'version 41',
  'auto-scaling-group:web',
  'payload.signature',
  '0'.repeat(64),
];

const fitting = new Map<string, readonly string[]>();
const wordsFor = ({ pattern, maxLength = Number.POSITIVE_INFINITY }: JsonSchema): readonly string[] => {
  const key = `${pattern} ${maxLength}`;
  const known = fitting.get(key);
  if (known !== undefined) return known;
  const isFitting = (word: string) =>
    word.length <= maxLength && (pattern === undefined || new RegExp(pattern, 'u').test(word));
  const found = WORDS.filter(isFitting);
  fitting.set(key, found.length === 0 ? WORDS : found);
  return fitting.get(key)!;
};

const numberFor = (random: Random, { type, minimum = 0, maximum = 1_000 }: JsonSchema): number => {
  const top = Math.min(maximum, minimum + 1_000);
  const drawn = pick(random, [minimum, top, minimum + random() * (top - minimum)]);
  return type === 'integer' ? Math.floor(drawn) : drawn;
};

const MAX_DEPTH = 8;

const objectFor = (random: Random, schema: JsonSchema, depth: number): object => {
  const { properties = {}, required = [], additionalProperties } = schema;
  const made: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(properties))
    if (required.includes(name) || isChosen(random, 0.5)) made[name] = valueFor(random, inner, depth + 1);
  if (typeof additionalProperties === 'object')
    for (let left = below(random, 3); left > 0; left--)
      made[pick(random, WORDS)] = valueFor(random, additionalProperties, depth + 1);
  return made;
};

const anyValue = (random: Random): unknown => pick(random, [null, true, 1, 'a', [], {}, [1], { a: 1 }]);

/** A value that fits a schema, but for refinements that JSON Schema cannot say. */
export const valueFor = (random: Random, schema: JsonSchema, depth = 0): unknown => {
  if (depth > MAX_DEPTH) return null;
  if ('const' in schema) return schema.const;
  if (schema.enum !== undefined) return pick(random, schema.enum);
  const options = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (options !== undefined) return valueFor(random, pick(random, options), depth + 1);
  switch (schema.type) {
    case 'object':
      return objectFor(random, schema, depth);
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + below(random, 3) }, () =>
        valueFor(random, schema.items ?? {}, depth + 1),
      );
    case 'string':
      return pick(random, wordsFor(schema));
    case 'number':
    case 'integer':
      return numberFor(random, schema);
    case 'boolean':
      return isChosen(random, 0.5);
    case 'null':
      return null;
    default:
      return anyValue(random);
  }
};

const HOSTILE_VALUES: readonly unknown[] = [
  ...HOSTILE_TEXTS,
  ...[null, true, false, 0, -0, -1, 1.5, 1e-300, 1e300, -1e300, 2 ** 53, 2 ** 31, 1_795_255_200_000],
  ...[[], {}, [[]], [null], { a: null }],
];

type Parent = Record<string, unknown>;

/** All objects and lists of a value. */
const parentsIn = (value: unknown): Parent[] => {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Parent, ...Object.values(value).flatMap(parentsIn)];
};

const changeOnce = (random: Random, root: unknown): void => {
  const parent = pick(random, parentsIn(root));
  const names = Object.keys(parent);
  const name = names.length === 0 ? 'a' : pick(random, names);
  const kind = below(random, 5);
  if (kind <= 1) parent[name] = structuredClone(pick(random, HOSTILE_VALUES));
  else if (kind === 2) Reflect.deleteProperty(parent, name);
  else if (kind === 3 && typeof parent[name] === 'string') parent[name] = damagedText(random, parent[name]);
  else
    Object.defineProperty(parent, pick(random, HOSTILE_TEXTS), {
      ...{ value: parent[name], enumerable: true, configurable: true, writable: true },
    });
};

/** Above the limit of the API, and enough to exhaust the stack of a reader that recurses. */
const DEPTHS = [120, 14_000];
const NESTED = 0.003;

/** The value inside many objects of one field: one of its own, or one that holds a whole message in another. */
const nested = (random: Random, value: unknown): string => {
  const own = parentsIn(value).flatMap((parent) => (Array.isArray(parent) ? [] : Object.keys(parent)));
  const name = JSON.stringify(pick(random, ['requestPayload', pick(random, [...own, 'a'])]));
  const depth = pick(random, DEPTHS);
  return `${`{${name}:`.repeat(depth)}${JSON.stringify(value)}${'}'.repeat(depth)}`;
};

/** Text of JSON that is good, changed at one to three places, or damaged as a text. */
export const jsonText = (random: Random, make: () => unknown): string => {
  const root = [structuredClone(make())];
  if (isChosen(random, NESTED)) return nested(random, root[0]);
  if (isChosen(random, 0.15)) return JSON.stringify(root[0]);
  if (isChosen(random, 0.65)) {
    for (let left = 1 + below(random, 3); left > 0; left--) changeOnce(random, root);
    return JSON.stringify(root).slice(1, -1);
  }
  return damagedText(random, JSON.stringify(root[0]));
};
