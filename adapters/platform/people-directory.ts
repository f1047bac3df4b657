import { randomBytes } from 'node:crypto';
import {
  AdminCreateUserCommand,
  type AdminCreateUserCommandInput,
  AdminDeleteUserCommand,
  AdminDisableProviderForUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminLinkProviderForUserCommand,
  AdminListGroupsForUserCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  type CognitoIdentityProviderClient,
  ListUsersCommand,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { scimProblem } from '../../core/platform/api/scim-error.ts';
import { directoryOf, type TenantDirectories } from '../../core/platform/api/tenant-directories.ts';
import { ROLE_NAMES, type Role } from '../../core/platform/permissions.ts';
import type { DirectoryBudget, PeopleDirectory } from '../../core/platform/provisioning/ports.ts';
import {
  type PersonFields,
  type ProvisionedPerson,
  personIdFor,
} from '../../core/platform/provisioning/provisioned-person.ts';
import { ConfigurationError, ConflictError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { attributesOf, changedAttributes, personOf, prefixOf, usernameOf } from './person-attributes.ts';
import { isNamed, unlessNamed } from './user-pool-errors.ts';

export interface UserPoolOptions {
  readonly client: CognitoIdentityProviderClient;
  readonly userPoolId: string;
  readonly directories: TenantDirectories;
  readonly budget: DirectoryBudget;
}

const PAGE = 60;
/** Characters of a filter of Cognito. */
const MAX_FILTER = 256;
/** 12,000 people: 200 requests, of which Cognito answers 30 in a second. */
const MAX_PAGES = 200;
/** People with the same first user name, all renamed since. */
const MAX_ATTEMPTS = 5;

/** Fits the policy of the pool. People of a directory sign in with their identity provider. */
const temporaryPassword = (): string => `${randomBytes(24).toString('base64url')}aA1!`;

const taken = () => new ConflictError('A person with this userName exists.');

/** A user of an identity provider, as Cognito links it. */
interface Link {
  readonly ProviderName: string;
  readonly ProviderAttributeName: 'Cognito_Subject';
  readonly ProviderAttributeValue: string;
}

/** The people of tenants in the user pool of the stage. */
export class CognitoPeople implements PeopleDirectory {
  readonly #options: UserPoolOptions;

  constructor(options: UserPoolOptions) {
    this.#options = options;
  }

  async find(tenantId: string, id: string): Promise<ProvisionedPerson | undefined> {
    const user = await this.#existing('reading a person', (client) =>
      client.send(new AdminGetUserCommand(this.#nameOf(tenantId, id))),
    );
    return user && personOf(tenantId, user, user.UserAttributes);
  }

  async findByUserName(tenantId: string, userName: string): Promise<ProvisionedPerson | undefined> {
    const isNamedSo = (person: ProvisionedPerson | undefined) => sameName(person?.userName, userName);
    const first = await this.find(tenantId, personIdFor(tenantId, userName, 0));
    if (isNamedSo(first)) return first;
    // Someone who was renamed keeps the id of the first name.
    const byName = `preferred_username = "${escaped(userName)}"`;
    const byTenant = `username ^= "${prefixOf(tenantId)}"`;
    for await (const user of this.#users(tenantId, byName.length > MAX_FILTER ? byTenant : byName)) {
      const person = personOf(tenantId, user, user.Attributes);
      if (isNamedSo(person)) return person;
    }
    return undefined;
  }

  async list(tenantId: string): Promise<readonly ProvisionedPerson[]> {
    const people: ProvisionedPerson[] = [];
    for await (const user of this.#users(tenantId, `username ^= "${prefixOf(tenantId)}"`)) {
      const person = personOf(tenantId, user, user.Attributes);
      if (person !== undefined) people.push(person);
    }
    return people.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async create(tenantId: string, fields: PersonFields): Promise<ProvisionedPerson> {
    if ((await this.findByUserName(tenantId, fields.userName)) !== undefined) throw taken();
    const id = await this.#add(tenantId, fields);
    try {
      await this.#link(tenantId, id, this.#linkOf(tenantId, fields));
      if (!fields.active) await this.#deactivate(tenantId, id);
    } catch (error) {
      // A repeated creation must not find someone who cannot sign in.
      await this.#erase(tenantId, id);
      throw error;
    }
    const person = await this.find(tenantId, id);
    if (person === undefined) throw new ConflictError('The person was removed meanwhile.');
    return person;
  }

  async update(tenantId: string, before: ProvisionedPerson, fields: PersonFields): Promise<void> {
    const { id } = before;
    if (!sameName(before.userName, fields.userName)) await this.#requireFree(tenantId, fields.userName);
    // Losing access comes first, so that it does not depend on the rest.
    if (before.active && !fields.active) await this.#deactivate(tenantId, id);
    await this.#relink(tenantId, before, fields);
    const UserAttributes = changedAttributes(before, fields);
    const name = this.#nameOf(tenantId, id);
    if (UserAttributes.length > 0)
      await this.#send('changing a person', (client) =>
        client.send(new AdminUpdateUserAttributesCommand({ ...name, UserAttributes })),
      );
    if (before.active || !fields.active) return;
    await this.#send('enabling a person', (client) => client.send(new AdminEnableUserCommand(name)));
  }

  async remove(tenantId: string, id: string): Promise<void> {
    await this.#deactivate(tenantId, id);
    await this.#erase(tenantId, id);
  }

  async rolesOf(tenantId: string, id: string): Promise<readonly Role[]> {
    const answer = await this.#existing('reading the groups of a person', (client) =>
      client.send(new AdminListGroupsForUserCommand(this.#nameOf(tenantId, id))),
    );
    const names = new Set(answer?.Groups?.map(({ GroupName }) => GroupName));
    return ROLE_NAMES.filter((role) => names.has(`${prefixOf(tenantId)}${role}`));
  }

  #nameOf(tenantId: string, id: string) {
    return { UserPoolId: this.#options.userPoolId, Username: usernameOf(tenantId, id) };
  }

  #send<Answer>(
    what: string,
    call: (client: CognitoIdentityProviderClient) => Promise<Answer>,
  ): Promise<Answer> {
    return withSdkErrors(what, () => call(this.#options.client));
  }

  /** Undefined for a user that does not exist. */
  #existing<Answer>(
    what: string,
    call: (client: CognitoIdentityProviderClient) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    return unlessNamed('UserNotFoundException', () => this.#send(what, call));
  }

  /** Users of the pool that match a filter, page by page. */
  async *#users(tenantId: string, Filter: string): AsyncGenerator<UserType, void> {
    let PaginationToken: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      await this.#options.budget.requests(tenantId, 1);
      const UserPoolId = this.#options.userPoolId;
      const page = new ListUsersCommand({ UserPoolId, Filter, Limit: PAGE, PaginationToken });
      const answer = await this.#send('listing people', (client) => client.send(page));
      yield* answer.Users ?? [];
      PaginationToken = answer.PaginationToken;
      if (PaginationToken === undefined) return;
    }
    throw scimProblem('tooMany', `more than ${MAX_PAGES * PAGE} people: look them up by userName`, 'filter');
  }

  async #requireFree(tenantId: string, userName: string): Promise<void> {
    if ((await this.findByUserName(tenantId, userName)) !== undefined) throw taken();
  }

  /** The id under which the user was created. @throws ConflictError if the name is taken */
  async #add(tenantId: string, fields: PersonFields): Promise<string> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const id = personIdFor(tenantId, fields.userName, attempt);
      if (this.#invites(tenantId, fields)) await this.#options.budget.invitation(tenantId, id);
      const added = await unlessNamed('UsernameExistsException', () =>
        this.#send('adding a person', (client) =>
          client.send(new AdminCreateUserCommand(this.#newUser(tenantId, id, fields))),
        ),
      );
      if (added !== undefined) return id;
      const holder = await this.find(tenantId, id);
      if (sameName(holder?.userName, fields.userName)) throw taken();
    }
    throw taken();
  }

  #invites(tenantId: string, { email }: PersonFields): boolean {
    return directoryOf(this.#options.directories, tenantId) === undefined && email !== undefined;
  }

  /** Without an identity provider, Cognito mails an invitation with a temporary password. */
  #newUser(tenantId: string, id: string, fields: PersonFields): AdminCreateUserCommandInput {
    return {
      ...this.#nameOf(tenantId, id),
      UserAttributes: attributesOf(fields),
      TemporaryPassword: temporaryPassword(),
      ...(this.#invites(tenantId, fields)
        ? { DesiredDeliveryMediums: ['EMAIL'] }
        : { MessageAction: 'SUPPRESS' }),
    };
  }

  #linkOf(tenantId: string, fields: PersonFields): Link | undefined {
    const directory = directoryOf(this.#options.directories, tenantId);
    const subject = directory && fields[directory.subject];
    if (directory === undefined || subject === undefined) return undefined;
    return {
      ...{ ProviderName: directory.provider, ProviderAttributeName: 'Cognito_Subject' },
      ProviderAttributeValue: subject,
    };
  }

  /** Signing in with the provider then leads to this user instead of a new one without roles. */
  async #link(tenantId: string, id: string, SourceUser: Link | undefined): Promise<void> {
    if (SourceUser === undefined) return;
    const DestinationUser = { ProviderName: 'Cognito', ProviderAttributeValue: usernameOf(tenantId, id) };
    const command = { UserPoolId: this.#options.userPoolId, SourceUser, DestinationUser };
    try {
      await this.#send('linking a person', (client) =>
        client.send(new AdminLinkProviderForUserCommand(command)),
      );
    } catch (cause) {
      if (isNamed(cause, 'AliasExistsException'))
        throw new ConflictError('Someone else of the identity provider has this subject.', { cause });
      if (!isNamed(cause, 'ResourceNotFoundException')) throw cause;
      throw new ConfigurationError(`the user pool has no provider ${SourceUser.ProviderName}`, { cause });
    }
  }

  async #relink(tenantId: string, before: ProvisionedPerson, fields: PersonFields): Promise<void> {
    const [old, next] = [this.#linkOf(tenantId, before), this.#linkOf(tenantId, fields)];
    if (old?.ProviderAttributeValue === next?.ProviderAttributeValue) return;
    await this.#link(tenantId, before.id, next);
    if (old === undefined) return;
    const command = { UserPoolId: this.#options.userPoolId, User: old };
    await this.#existing('unlinking a person', (client) =>
      client.send(new AdminDisableProviderForUserCommand(command)),
    );
  }

  /** Ends what the person could do: no sign-in, and no new tokens from sessions that are open. */
  async #deactivate(tenantId: string, id: string): Promise<void> {
    const name = this.#nameOf(tenantId, id);
    await this.#existing('disabling a person', (client) => client.send(new AdminDisableUserCommand(name)));
    await this.#existing('ending the sessions of a person', (client) =>
      client.send(new AdminUserGlobalSignOutCommand(name)),
    );
  }

  async #erase(tenantId: string, id: string): Promise<void> {
    const command = new AdminDeleteUserCommand(this.#nameOf(tenantId, id));
    await this.#existing('deleting a person', (client) => client.send(command));
  }
}

const sameName = (name: string | undefined, other: string): boolean =>
  name?.toLowerCase() === other.toLowerCase();

/** Text within the quotes of a filter. */
const escaped = (text: string): string => text.replaceAll(/["\\]/g, '\\$&');
