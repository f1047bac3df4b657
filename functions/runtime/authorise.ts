import { ProblemError } from '../../core/platform/api/errors.ts';
import type { Identity } from '../../core/platform/identity.ts';
import type { Permission } from '../../core/platform/permissions.ts';

const missingOf = ({ kind, name, grants, tenantId }: Identity, missing: Permission): string =>
  kind === 'person'
    ? `This request needs the permission ${missing}, which your role in tenant ${tenantId} does not have.`
    : missing === 'approve'
      ? `This request needs the permission approve, which only people can have, not the key "${name}": sign in as a person with the role approver.`
      : `This request needs the scope ${missing}. ${kind === 'key' ? 'API key' : 'The access token of'} "${name}" has ${[...grants].join(', ')}.`;

/** The problem of a caller that lacks a permission: 403, naming it (RFC 6750, section 3.1). */
export const forbidden = (caller: Identity, missing: Permission): ProblemError =>
  new ProblemError('forbidden', missingOf(caller, missing), {
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${missing}"` },
  });
