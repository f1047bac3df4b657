/** Paths of attributes (RFC 7644, section 3.10): `name.givenName`, `emails[type eq "work"].value`. */
import { scimProblem } from '../api/scim-error.ts';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export type CoreSchema = typeof USER_SCHEMA | typeof GROUP_SCHEMA;

export interface AttributePath {
  /** In lower case: names are not case-sensitive. */
  readonly attribute: string;
  /** Text between brackets. */
  readonly filter?: string | undefined;
  /** In lower case. */
  readonly subAttribute?: string | undefined;
}

const MAX_PATH = 512;
const PATH = /^([A-Za-z$][\w$-]*)(?:\[([^\]]+)\])?(?:\.([A-Za-z$][\w$-]*))?$/;

const invalidPath = (message: string) => scimProblem('invalidPath', message, 'path');

/** The path without the schema, which directories may put before it. */
const withoutSchema = (path: string, schema: CoreSchema): string =>
  path.toLowerCase().startsWith(`${schema.toLowerCase()}:`) ? path.slice(schema.length + 1) : path;

/**
 * Reads a path; undefined for an attribute of another schema than `schema`, such as the enterprise extension.
 * @throws ProblemError `invalidPath`
 */
export const readPath = (text: string, schema: CoreSchema): AttributePath | undefined => {
  const path = withoutSchema(text.trim(), schema);
  if (path.toLowerCase() === schema.toLowerCase())
    throw invalidPath('a path names an attribute, not a schema');
  if (/^urn:/i.test(path)) return undefined;
  const [, attribute, filter, subAttribute] = (path.length <= MAX_PATH && PATH.exec(path)) || [];
  if (attribute === undefined) throw invalidPath('the path of an operation cannot be read');
  return { attribute: attribute.toLowerCase(), filter, subAttribute: subAttribute?.toLowerCase() };
};

/** @throws ProblemError `invalidPath` for a path with a filter: only attributes with several values have them */
export const requireNoFilter = ({ attribute, filter }: AttributePath): void => {
  if (filter !== undefined) throw invalidPath(`${attribute} has one value: no filter can choose from it`);
};

/** @throws ProblemError `invalidPath` for a path that leads into an attribute which has no parts */
export const requirePlain = (path: AttributePath): void => {
  requireNoFilter(path);
  if (path.subAttribute !== undefined) throw invalidPath(`${path.attribute} has no sub-attributes`);
};
