/** People that the directory of a tenant (Okta, Entra ID and others) provisions by SCIM 2.0. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { PlainLine } from '../../shared/text.ts';

const ID_DIGITS = 24;
const ID = /^[0-9a-f]{24}$/;

/** True for the syntax of the id of a person; other ids are not looked up. */
export const isPersonId = (id: string): boolean => ID.test(id);

/**
 * The id of a person with this user name; `attempt` counts up while an id is taken by someone who was renamed. Repeated
 * creations of a person find the same id taken, and records of what people did contain neither name nor address.
 */
export const personIdFor = (tenantId: string, userName: string, attempt: number): string =>
  createHash('sha256')
    .update([tenantId, userName.toLowerCase(), ...(attempt === 0 ? [] : [String(attempt)])].join('\n'))
    .digest('hex')
    .slice(0, ID_DIGITS);

/** Directories send null or an empty text for what they do not know. */
const optional = (schema: z.ZodType<string>) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional());

/** Entra ID sends booleans as text. */
const Flag = z.union([
  z.boolean(),
  z
    .string()
    .regex(/^(?:true|false)$/i, 'expected true or false')
    .transform((text) => text.toLowerCase() === 'true'),
]);

/** The attributes that are kept of a person. */
export const PersonFields = z.object({
  userName: PlainLine.trim().min(1).max(256),
  externalId: optional(PlainLine.max(256)),
  displayName: optional(PlainLine.max(256)),
  givenName: optional(PlainLine.max(256)),
  familyName: optional(PlainLine.max(256)),
  email: optional(z.email().max(254)),
  active: Flag.default(true),
});
export type PersonFields = z.infer<typeof PersonFields>;

export interface ProvisionedPerson extends PersonFields {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. */
  readonly changedAt: string;
}

/** The fields of a person without id and times. */
export const fieldsOf = ({
  id: _,
  createdAt: __,
  changedAt: ___,
  ...fields
}: ProvisionedPerson): PersonFields => fields;

/** Names of the fields that differ: their values are personal data, which is not logged. */
export const changedFields = (before: PersonFields, after: PersonFields): readonly string[] =>
  Object.keys(PersonFields.shape).filter(
    (name) => before[name as keyof PersonFields] !== after[name as keyof PersonFields],
  );
