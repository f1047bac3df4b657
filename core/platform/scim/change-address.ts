/** Applies what directories send to the one address that is kept of a person: a list of one entry of the type work. */
import { scimProblem } from '../api/scim-error.ts';
import { objectIn } from '../api/scim-patch.ts';
import type { SettingOp } from './apply-patch.ts';
import { readFilter, type Term } from './scim-filter.ts';
import type { AttributePath } from './scim-path.ts';

type Entry = Readonly<Record<string, unknown>>;

const sameText = (found: unknown, text: unknown): boolean =>
  String(found).toLowerCase() === String(text).toLowerCase();

const entriesIn = (value: unknown): readonly Entry[] =>
  value === null || value === undefined
    ? []
    : [value].flat().map((entry) => objectIn(entry) ?? { value: entry });

/** True if the term chooses the kept address. @throws ProblemError `noTarget` for an address that the person does not have */
const chooses = ({ attribute, value }: Term, held: unknown): boolean => {
  if (attribute === 'type') return sameText('work', value);
  if (attribute === 'primary') return sameText(true, value);
  if (attribute !== 'value')
    throw scimProblem('invalidFilter', 'a path can choose addresses by type, primary and value', 'path');
  if (held !== undefined && sameText(held, value)) return true;
  throw scimProblem('noTarget', 'the person does not have the address that the path chooses', 'path');
};

/** False for addresses that are not kept, such as those of another type than work: directories send them, too. */
const isKept = ({ filter }: AttributePath, held: unknown): boolean => {
  if (filter === undefined) return true;
  const terms = readFilter(filter);
  if (terms.length === 0) throw scimProblem('invalidFilter', 'the filter of the path is empty', 'path');
  const others = terms.filter(({ attribute }) => attribute !== 'value');
  return others.every((term) => chooses(term, held)) && terms.every((term) => chooses(term, held));
};

/** Sub-attributes such as `type` are not kept. */
const isWhole = ({ subAttribute = 'value' }: AttributePath): boolean => subAttribute === 'value';

/** The entry to keep of several: the primary one, else that of work, else the first of those that may be kept. */
const chosenOf = (entries: readonly Entry[], op: SettingOp, held: unknown): Entry | undefined => {
  const added = op === 'add' && held !== undefined;
  return (
    entries.find(({ primary }) => sameText(primary, true)) ??
    entries.find(({ type }) => sameText(type, 'work')) ??
    // A further address of another type does not take the place of the one that is kept.
    entries.find(({ type }) => !added || type === undefined)
  );
};

/** The address after it is set. @throws ProblemError for a path that chooses no address */
export const setAddress = (held: unknown, path: AttributePath, op: SettingOp, value: unknown): unknown => {
  if (!isKept(path, held) || !isWhole(path)) return held;
  if (path.subAttribute !== undefined) return value;
  const entries = entriesIn(value);
  if (entries.length === 0) return op === 'replace' ? undefined : held;
  const address = chosenOf(entries, op, held)?.value;
  return address === undefined ? held : address;
};

/** The address after a removal; Entra ID may send the addresses to remove as value. @throws ProblemError as `setAddress` */
export const removeAddress = (held: unknown, path: AttributePath, value: unknown): unknown => {
  if (!isKept(path, held) || !isWhole(path)) return held;
  const gone = entriesIn(value);
  return gone.length === 0 || gone.some((entry) => sameText(entry.value, held)) ? undefined : held;
};
