/** Filters of lists (RFC 7644, section 3.4.2.2). Directories look people and groups up with `eq` and `and`. */
import { scimProblem } from '../api/scim-error.ts';

export interface Term {
  /** In lower case, without the core schema: `username`, `emails.value`. */
  readonly attribute: string;
  readonly value: string | boolean;
}

const CORE_PREFIX = /^urn:ietf:params:scim:schemas:core:2\.0:(?:user|group):/;
const BRACKETS = /\[[^\][]*\]/;
const TERM = /([\w.:$-]+(?:\[[^\][]*\](?:\.\w+)?)?) +eq +("(?:[^"\\]|\\.)*"|true|false)/iy;
const AND = / +and +/iy;
const [MAX_FILTER, MAX_TERMS] = [1024, 5];

const literalIn = (literal: string): string | boolean => {
  if (!literal.startsWith('"')) return literal.toLowerCase() === 'true';
  try {
    return String(JSON.parse(literal));
  } catch {
    throw unreadable();
  }
};

const unreadable = () =>
  scimProblem(
    'invalidFilter',
    `expected a filter of at most ${MAX_TERMS} comparisons such as userName eq "ada@example.com", joined by "and"`,
    'filter',
  );

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/**
 * The comparisons of a filter, all of which must hold.
 * @throws ProblemError `invalidFilter` for any other operator
 */
export const readFilter = (filter: string): readonly Term[] => {
  const text = filter.trim();
  const terms: Term[] = [];
  if (text.length > MAX_FILTER) throw unreadable();
  for (let at = 0; at < text.length; ) {
    const joined = terms.length === 0 ? undefined : matchAt(AND, text, at);
    if (joined === null) throw unreadable();
    const term = matchAt(TERM, text, at + (joined?.[0].length ?? 0));
    const [whole, path, literal] = term ?? [];
    if (term === null || path === undefined || literal === undefined || terms.length === MAX_TERMS)
      throw unreadable();
    const attribute = path.toLowerCase().replace(CORE_PREFIX, '').replace(BRACKETS, '');
    terms.push({ attribute, value: literalIn(literal) });
    at = term.index + (whole?.length ?? 0);
  }
  return terms;
};

const sameText = (found: string | undefined, value: string | boolean): boolean =>
  found?.toLowerCase() === String(value).toLowerCase();

/** Compares one attribute of an item with the value of a term. */
export type Comparison<Item> = (item: Item, value: string | boolean) => boolean;

/** A comparison that takes upper and lower case for the same. */
export const ignoringCase =
  <Item>(read: (item: Item) => string | undefined): Comparison<Item> =>
  (item, value) =>
    sameText(read(item), value);

/**
 * True for items of which all terms hold.
 * @throws ProblemError `invalidFilter` for an attribute that cannot be compared
 */
export const matcher = <Item>(
  terms: readonly Term[],
  comparisons: Readonly<Record<string, Comparison<Item>>>,
): ((item: Item) => boolean) => {
  const tests = terms.map(({ attribute, value }) => {
    const compare = Object.hasOwn(comparisons, attribute) ? comparisons[attribute] : undefined;
    if (compare !== undefined) return (item: Item) => compare(item, value);
    const known = Object.keys(comparisons).join(', ');
    throw scimProblem('invalidFilter', `lists can be filtered by ${known}`, 'filter');
  });
  return (item) => tests.every((test) => test(item));
};
