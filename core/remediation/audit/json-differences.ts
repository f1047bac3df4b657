import { canonicalJson } from '../../shared/canonical-json.ts';

/** A place at which two JSON values differ; undefined: it is absent. */
export interface JsonDifference {
  /** As in `$.refusals[0].rule`. */
  readonly path: string;
  readonly recorded: unknown;
  readonly computed: unknown;
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

const keysOf = (value: object): readonly string[] => Object.keys(value);

const at = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;

const step = (container: object, key: string): string => (Array.isArray(container) ? `[${key}]` : `.${key}`);

/** All places at which two values that came through JSON differ. */
export const jsonDifferences = (
  recorded: unknown,
  computed: unknown,
  path = '$',
): readonly JsonDifference[] => {
  const areAlike =
    isContainer(recorded) && isContainer(computed) && Array.isArray(recorded) === Array.isArray(computed);
  if (areAlike) {
    const keys = [...new Set([...keysOf(recorded), ...keysOf(computed)])];
    return keys.flatMap((key) =>
      jsonDifferences(at(recorded, key), at(computed, key), `${path}${step(recorded, key)}`),
    );
  }
  const areEqual =
    recorded !== undefined && computed !== undefined && canonicalJson(recorded) === canonicalJson(computed);
  return areEqual ? [] : [{ path, recorded, computed }];
};
