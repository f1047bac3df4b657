/** Whose a resource is: the tags `forestall:tenant` and `forestall:environment` say it. */
import { NotManagedError } from '../../../core/remediation/errors.ts';
import type { Owner, ResourceCall } from '../../../core/remediation/ports.ts';

export const TENANT_TAG = 'forestall:tenant';
export const ENVIRONMENT_TAG = 'forestall:environment';
/** Identifies the last restart of resources that show none themselves. */
export const RESTART_TAG = 'forestall:last-restart';

/** A tag, as most services list them; some write the fields in lower case. */
export interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}
export type Tags = Readonly<Partial<Record<string, string>>>;

export const tagsOf = (tags: readonly Tag[] = []): Tags =>
  Object.fromEntries(
    tags.flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ''] as const])),
  );

export const ownerOf = (tags: Tags): Partial<Owner> => ({
  ...(tags[TENANT_TAG] === undefined ? {} : { tenantId: tags[TENANT_TAG] }),
  ...(tags[ENVIRONMENT_TAG] === undefined ? {} : { environment: tags[ENVIRONMENT_TAG] }),
});

/** The owner of several resources that a change touches together: of all, or of none. */
export const commonOwner = (owners: readonly Partial<Owner>[]): Partial<Owner> => {
  const [first, ...others] = owners;
  if (first === undefined) return {};
  const isCommon = others.every(
    ({ tenantId, environment }) => tenantId === first.tenantId && environment === first.environment,
  );
  return isCommon ? first : {};
};

/**
 * Says nothing about the owner that the tags name: it may be another tenant.
 * @throws NotManagedError unless both tags name the owner of the call
 */
export const requireOwner = ({ resource, owner }: ResourceCall, found: Partial<Owner>): void => {
  if (found.tenantId === owner.tenantId && found.environment === owner.environment) return;
  throw new NotManagedError(
    `${resource} is not tagged for remediation by tenant ${owner.tenantId} in environment ${owner.environment}: ` +
      `set ${TENANT_TAG} and ${ENVIRONMENT_TAG} on it if it is yours`,
  );
};
