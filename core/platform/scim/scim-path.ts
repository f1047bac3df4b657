/** Paths of attributes (RFC 7644, section 3.10): `name.givenName`, `emails[type eq "work"].value`. */
import { scimProblem } from '../api/scim-error.ts';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

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
const CORE_PREFIX = /^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):/i;

/** True for attributes of schemas that Forestall does not keep, such as the enterprise extension. */
const isExtension = (path: string): boolean => /^urn:/i.test(path);

/**
 * Reads a path; undefined for an attribute of an extension.
 * @throws ProblemError `invalidPath`
 */
export const readPath = (text: string): AttributePath | undefined => {
  const path = text.trim().replace(CORE_PREFIX, '');
  if (isExtension(path)) return undefined;
  const [, attribute, filter, subAttribute] = (path.length <= MAX_PATH && PATH.exec(path)) || [];
  if (attribute === undefined)
    throw scimProblem('invalidPath', 'the path of an operation cannot be read', 'path');
  return { attribute: attribute.toLowerCase(), filter, subAttribute: subAttribute?.toLowerCase() };
};
