/** Errors of SCIM (RFC 7644, section 3.12). */
import { ProblemError } from './errors.ts';

export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

export const SCIM_TYPES = [
  'invalidFilter',
  'invalidPath',
  'invalidSyntax',
  'invalidValue',
  'mutability',
  'noTarget',
  'tooMany',
  'uniqueness',
] as const;
export type ScimType = (typeof SCIM_TYPES)[number];

/** A request that SCIM answers with 400 and a type of error. */
export const scimProblem = (scimType: ScimType, message: string, field = 'request'): ProblemError =>
  new ProblemError('invalid-request', message, { errors: [{ field, code: scimType, message }] });
