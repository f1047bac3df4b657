/** People of a tenant as users of the pool. Their user names start with the tenant, so that no tenant reaches another's. */
import type { AttributeType } from '@aws-sdk/client-cognito-identity-provider';
import {
  isPersonId,
  type PersonFields,
  type ProvisionedPerson,
} from '../../core/platform/provisioning/provisioned-person.ts';

/** Tenants contain no dot. */
export const prefixOf = (tenantId: string): string => `${tenantId}.`;

export const usernameOf = (tenantId: string, id: string): string => `${prefixOf(tenantId)}${id}`;

/** The id in a user name; undefined for people whom the tenant did not provision. */
export const idIn = (tenantId: string, username: string | undefined): string | undefined => {
  const prefix = prefixOf(tenantId);
  const id = username?.startsWith(prefix) ? username.slice(prefix.length) : undefined;
  return id !== undefined && isPersonId(id) ? id : undefined;
};

const ATTRIBUTES = {
  userName: 'preferred_username',
  externalId: 'custom:externalId',
  displayName: 'name',
  givenName: 'given_name',
  familyName: 'family_name',
  email: 'email',
} as const satisfies Partial<Record<keyof PersonFields, string>>;
type TextField = keyof typeof ATTRIBUTES;
const TEXT_FIELDS = Object.keys(ATTRIBUTES) as readonly TextField[];

/** The attributes that a new user has. */
export const attributesOf = (fields: PersonFields): AttributeType[] =>
  TEXT_FIELDS.flatMap((field) => {
    const Value = fields[field];
    return Value === undefined ? [] : [{ Name: ATTRIBUTES[field], Value }];
  });

/** The attributes that differ; an empty value removes one. */
export const changedAttributes = (before: PersonFields, after: PersonFields): AttributeType[] =>
  TEXT_FIELDS.filter((field) => before[field] !== after[field]).map((field) => ({
    Name: ATTRIBUTES[field],
    Value: after[field] ?? '',
  }));

/** A user as the SDK returns it, from a list or alone. */
interface PoolUser {
  readonly Username?: string | undefined;
  readonly Enabled?: boolean | undefined;
  readonly UserCreateDate?: Date | undefined;
  readonly UserLastModifiedDate?: Date | undefined;
}

const timeOf = (date: Date | undefined): string => (date ?? new Date(0)).toISOString();

/** The person; undefined for a user whom the tenant did not provision. */
export const personOf = (
  tenantId: string,
  user: PoolUser,
  attributes: readonly AttributeType[] | undefined,
): ProvisionedPerson | undefined => {
  const id = idIn(tenantId, user.Username);
  const values = new Map(attributes?.map(({ Name, Value }) => [Name, Value]));
  const text = (field: TextField): string | undefined => values.get(ATTRIBUTES[field]) || undefined;
  const userName = text('userName');
  if (id === undefined || userName === undefined) return undefined;
  return {
    ...{ id, userName, externalId: text('externalId'), displayName: text('displayName') },
    ...{ givenName: text('givenName'), familyName: text('familyName'), email: text('email') },
    active: user.Enabled ?? true,
    createdAt: timeOf(user.UserCreateDate),
    changedAt: timeOf(user.UserLastModifiedDate),
  };
};
