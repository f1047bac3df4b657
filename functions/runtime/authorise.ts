import { ProblemError } from '../../core/platform/api/errors.ts';
import type { Identity } from '../../core/platform/identity.ts';
import type { Permission } from '../../core/platform/permissions.ts';

/** The problem of a caller that lacks a permission: 403, naming it (RFC 6750, section 3.1). */
export const forbidden = ({ name, grants }: Identity, missing: Permission): ProblemError =>
  new ProblemError(
    'forbidden',
    `This request needs the scope ${missing}. API key "${name}" has ${[...grants].join(', ')}.`,
    { headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${missing}"` } },
  );
