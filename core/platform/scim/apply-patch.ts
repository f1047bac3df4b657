/** Applies operations of PATCH (RFC 7644, section 3.5.2): each changes only what its path names. */
import { scimProblem } from '../api/scim-error.ts';
import { objectIn, type PatchOperation } from '../api/scim-patch.ts';
import { type AttributePath, type CoreSchema, readPath } from './scim-path.ts';

export type SettingOp = Exclude<PatchOperation['op'], 'remove'>;

/** How the attributes of a kind of resource change. Attributes that are not kept leave a draft as it is. */
export interface ResourceKind<Draft> {
  readonly schema: CoreSchema;
  /** In lower case. Directories repeat them in whole resources, where they are ignored. */
  readonly readOnly: ReadonlySet<string>;
  /** `value` is never undefined. */
  set(draft: Draft, path: AttributePath, op: SettingOp, value: unknown): Draft;
  remove(draft: Draft, path: AttributePath, value: unknown): Draft;
}

const requireOnce = (paths: readonly AttributePath[]): void => {
  const seen = new Set<string>();
  for (const { attribute, filter = '', subAttribute = '' } of paths) {
    const key = [attribute, filter, subAttribute].join('\n');
    if (seen.has(key))
      throw scimProblem(
        'invalidSyntax',
        `${attribute} is given twice: upper and lower case are the same`,
        'value',
      );
    seen.add(key);
  }
};

/** Sets each attribute of an object. @throws ProblemError for a value that is no object, or names an attribute twice */
export const setAll = <Draft>(
  kind: ResourceKind<Draft>,
  draft: Draft,
  op: SettingOp,
  value: unknown,
): Draft => {
  const attributes = objectIn(value);
  if (attributes === undefined)
    throw scimProblem('invalidValue', 'an operation without a path needs an object as value', 'value');
  const given = Object.entries(attributes).flatMap(([name, held]) => {
    const path = readPath(name, kind.schema);
    return path === undefined || kind.readOnly.has(path.attribute) ? [] : [{ path, held }];
  });
  requireOnce(given.map(({ path }) => path));
  return given.reduce((changed, { path, held }) => kind.set(changed, path, op, held), draft);
};

/**
 * The draft after an operation.
 * @throws ProblemError for an operation that cannot be applied
 */
export const applyOperation = <Draft>(
  kind: ResourceKind<Draft>,
  draft: Draft,
  { op, path: text = '', value }: PatchOperation,
): Draft => {
  if (op !== 'remove' && value === undefined)
    throw scimProblem('invalidValue', `${op} needs a value`, 'value');
  if (text === '') {
    if (op === 'remove') throw scimProblem('noTarget', 'remove needs a path', 'path');
    return setAll(kind, draft, op, value);
  }
  const path = readPath(text, kind.schema);
  if (path === undefined) return draft;
  if (kind.readOnly.has(path.attribute))
    throw scimProblem('mutability', `${path.attribute} cannot be changed`, 'path');
  return op === 'remove' ? kind.remove(draft, path, value) : kind.set(draft, path, op, value);
};
