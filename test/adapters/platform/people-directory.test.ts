import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableProviderForUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminLinkProviderForUserCommand,
  AdminListGroupsForUserCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  AliasExistsException,
  CognitoIdentityProviderClient,
  ListUsersCommand,
  ResourceNotFoundException,
  UserNotFoundException,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { CognitoPeople } from '../../../adapters/platform/people-directory.ts';
import { ProblemError } from '../../../core/platform/api/errors.ts';
import type { TenantDirectories } from '../../../core/platform/api/tenant-directories.ts';
import {
  type PersonFields,
  type ProvisionedPerson,
  personIdFor,
} from '../../../core/platform/provisioning/provisioned-person.ts';
import { ConfigurationError, ConflictError } from '../../../core/shared/errors.ts';
import { recordedBudget } from '../../fakes/directory-budget.ts';

const mock = mockClient(CognitoIdentityProviderClient);
const client = new CognitoIdentityProviderClient({ region: 'us-east-1' });
const LINKED: TenantDirectories = { acme: { provider: 'Okta', subject: 'userName' } };
const spent = recordedBudget();
const peopleOf = (directories: TenantDirectories = {}) =>
  new CognitoPeople({ client, userPoolId: 'pool', directories, budget: spent.budget });
const people = peopleOf();

const ADA: PersonFields = { userName: 'Ada@example.com', active: true, email: 'ada@example.com' };
const ID = personIdFor('acme', ADA.userName, 0);
const NAME = { UserPoolId: 'pool', Username: `acme.${ID}` };
const STORED = [
  { Name: 'preferred_username', Value: ADA.userName },
  { Name: 'email', Value: ADA.email },
];
const DATES = { UserCreateDate: new Date(0), UserLastModifiedDate: new Date(1000) };
const found = (attributes = STORED, Enabled = true) => ({
  ...{ Username: NAME.Username, UserAttributes: attributes, Enabled, ...DATES },
});
const PERSON: ProvisionedPerson = {
  ...{ ...ADA, id: ID, createdAt: '1970-01-01T00:00:00.000Z', changedAt: '1970-01-01T00:00:01.000Z' },
  ...{ externalId: undefined, displayName: undefined, givenName: undefined, familyName: undefined },
};
const said = { message: 'x', $metadata: {} };
const notFound = new UserNotFoundException(said);
const withoutReads = () =>
  mock
    .calls()
    .flatMap(({ args: [command] }) =>
      /Get|List/.test(command.constructor.name) ? [] : [command.constructor.name.replace(/Command$/, '')],
    );

beforeEach(() => {
  mock.reset();
  spent.drawn.length = 0;
  spent.state.refusal = undefined;
  mock.on(ListUsersCommand).resolves({ Users: [] });
});

describe('adding a person', () => {
  it('creates a user under the tenant, which Cognito invites by mail', async () => {
    mock.on(AdminGetUserCommand).rejectsOnce(notFound).resolves(found());
    mock.on(AdminCreateUserCommand).resolves({});
    expect(await people.create('acme', ADA)).toEqual(PERSON);
    const { input } = mock.commandCalls(AdminCreateUserCommand)[0]!.args[0];
    expect(input).toMatchObject({ ...NAME, UserAttributes: STORED, DesiredDeliveryMediums: ['EMAIL'] });
    expect(input).not.toHaveProperty('MessageAction');
    expect(withoutReads()).toEqual(['AdminCreateUser']);
    expect(spent.drawn).toEqual(['acme: 1 requests', `acme: invitation of ${ID}`]);
  });

  it.each([
    ['has no address', people, { ...ADA, email: undefined }],
    ['signs in with a provider', peopleOf(LINKED), ADA],
  ])('draws no invitation for who %s', async (_, directory, fields) => {
    mock.on(AdminGetUserCommand).rejectsOnce(notFound).resolves(found());
    mock.on(AdminCreateUserCommand).resolves({});
    await directory.create('acme', fields);
    expect(spent.drawn).toEqual(['acme: 1 requests']);
  });

  it('draws no invitation for who exists', async () => {
    mock.on(AdminGetUserCommand).resolves(found());
    await expect(people.create('acme', ADA)).rejects.toThrow(ConflictError);
    expect(spent.drawn).toEqual([]);
  });

  it('adds no one without an invitation that is left', async () => {
    mock.on(AdminGetUserCommand).rejects(notFound);
    mock.on(ListUsersCommand).callsFake(() => {
      spent.state.refusal = new ProblemError('quota-exceeded', 'used up');
      return { Users: [] };
    });
    await expect(people.create('acme', ADA)).rejects.toThrow('used up');
    expect(withoutReads()).toEqual([]);
  });

  it('links them to the provider of the tenant instead of inviting them', async () => {
    mock.on(AdminGetUserCommand).rejectsOnce(notFound).resolves(found());
    mock.on(AdminCreateUserCommand).resolves({});
    mock.on(AdminLinkProviderForUserCommand).resolves({});
    await peopleOf(LINKED).create('acme', ADA);
    expect(mock.commandCalls(AdminCreateUserCommand)[0]!.args[0].input.MessageAction).toBe('SUPPRESS');
    expect(mock.commandCalls(AdminLinkProviderForUserCommand)[0]!.args[0].input).toEqual({
      UserPoolId: 'pool',
      SourceUser: {
        ...{ ProviderName: 'Okta', ProviderAttributeName: 'Cognito_Subject' },
        ProviderAttributeValue: ADA.userName,
      },
      DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: NAME.Username },
    });
  });

  it.each([
    [new AliasExistsException(said), ConflictError],
    [new ResourceNotFoundException(said), ConfigurationError],
  ])('leaves no user behind who could not be linked: %s', async (failure, expected) => {
    mock.on(AdminGetUserCommand).rejects(notFound);
    mock.on(AdminCreateUserCommand).resolves({});
    mock.on(AdminLinkProviderForUserCommand).rejects(failure);
    await expect(peopleOf(LINKED).create('acme', ADA)).rejects.toThrow(expected);
    expect(mock.commandCalls(AdminDeleteUserCommand)[0]!.args[0].input).toEqual(NAME);
  });

  it('who is inactive disables them before anyone can sign in', async () => {
    mock.on(AdminGetUserCommand).rejectsOnce(notFound).resolves(found(STORED, false));
    mock.on(AdminCreateUserCommand).resolves({});
    expect((await people.create('acme', { ...ADA, active: false })).active).toBe(false);
    expect(withoutReads()).toEqual(['AdminCreateUser', 'AdminDisableUser', 'AdminUserGlobalSignOut']);
  });

  it('is refused if the user name is taken, whatever its case', async () => {
    mock.on(AdminGetUserCommand).resolves(found());
    await expect(people.create('acme', { ...ADA, userName: 'ADA@example.com' })).rejects.toThrow(
      ConflictError,
    );
    expect(withoutReads()).toEqual([]);
  });

  it('takes another id if a renamed person has the first one', async () => {
    const renamed = found([{ Name: 'preferred_username', Value: 'ada.byron@example.com' }]);
    mock.on(AdminGetUserCommand).resolves(renamed);
    const second = { ...NAME, Username: `acme.${personIdFor('acme', ADA.userName, 1)}` };
    mock.on(AdminGetUserCommand, second).resolves({ ...found(), Username: second.Username });
    mock.on(AdminCreateUserCommand).rejectsOnce(new UsernameExistsException(said)).resolves({});
    expect((await people.create('acme', ADA)).userName).toBe(ADA.userName);
    expect(mock.commandCalls(AdminCreateUserCommand)[1]!.args[0].input.Username).toBe(second.Username);
  });
});

describe('looking people up', () => {
  it('finds no one of another tenant, and no one whom no directory added', async () => {
    mock.on(AdminGetUserCommand).resolves(found());
    expect(await people.find('globex', ID)).toBeUndefined();
    mock.on(AdminGetUserCommand).resolves({ ...found(), Username: 'acme.admin' });
    expect(await people.find('acme', ID)).toBeUndefined();
  });

  it('finds who was renamed, with the name quoted in the filter', async () => {
    const userName = 'o"brien\\';
    mock.on(AdminGetUserCommand).rejects(notFound);
    const user = { Username: NAME.Username, Attributes: [{ Name: 'preferred_username', Value: userName }] };
    mock.on(ListUsersCommand).resolves({ Users: [user] });
    expect(await people.findByUserName('acme', userName)).toMatchObject({ id: ID, userName });
    expect(mock.commandCalls(ListUsersCommand)[0]!.args[0].input.Filter).toBe(
      'preferred_username = "o\\"brien\\\\"',
    );
  });

  it('finds who has a name that no filter of Cognito can hold', async () => {
    const userName = `${'"'.repeat(130)}@example.com`;
    mock.on(AdminGetUserCommand).rejects(notFound);
    const user = { Username: NAME.Username, Attributes: [{ Name: 'preferred_username', Value: userName }] };
    mock.on(ListUsersCommand).resolves({ Users: [user] });
    expect(await people.findByUserName('acme', userName)).toMatchObject({ id: ID, userName });
    expect(mock.commandCalls(ListUsersCommand)[0]!.args[0].input.Filter).toBe('username ^= "acme."');
  });

  it('lists all pages of the tenant in the order of ids', async () => {
    const user = (id: string) => ({ Username: `acme.${id}`, Attributes: STORED });
    const [one, two] = ['1'.repeat(24), '2'.repeat(24)];
    mock
      .on(ListUsersCommand)
      .resolvesOnce({ Users: [user(two), { Username: 'acme.admin' }], PaginationToken: 'next' })
      .resolves({ Users: [user(one)] });
    expect((await people.list('acme')).map(({ id }) => id)).toEqual([one, two]);
    expect(mock.commandCalls(ListUsersCommand).map(({ args }) => args[0].input)).toMatchObject([
      { Filter: 'username ^= "acme."', PaginationToken: undefined },
      { PaginationToken: 'next' },
    ]);
  });

  it('draws on the quota of the tenant before each page', async () => {
    mock.on(ListUsersCommand).resolvesOnce({ PaginationToken: 'next' }).resolves({});
    await people.list('acme');
    expect(spent.drawn).toEqual(['acme: 1 requests', 'acme: 1 requests']);
    spent.state.refusal = new ProblemError('quota-exceeded', 'used up');
    mock.resetHistory();
    await expect(people.list('acme')).rejects.toThrow('used up');
    expect(mock.commandCalls(ListUsersCommand)).toEqual([]);
  });

  it('refuses to list more people than a request has time for', async () => {
    mock.on(ListUsersCommand).resolves({ Users: [], PaginationToken: 'next' });
    await expect(people.list('acme')).rejects.toThrow(ProblemError);
  });

  it('reads the roles of the tenant alone', async () => {
    const Groups = ['acme.viewer', 'globex.admin', 'acme.poet'].map((GroupName) => ({ GroupName }));
    mock.on(AdminListGroupsForUserCommand).resolves({ Groups });
    expect(await people.rolesOf('acme', ID)).toEqual(['viewer']);
    mock.on(AdminListGroupsForUserCommand).rejects(notFound);
    expect(await people.rolesOf('acme', ID)).toEqual([]);
  });
});

describe('changing a person', () => {
  it('stores what differs, and removes what is gone', async () => {
    await people.update('acme', PERSON, { ...ADA, email: undefined, displayName: 'Ada' });
    expect(mock.commandCalls(AdminUpdateUserAttributesCommand)[0]!.args[0].input.UserAttributes).toEqual([
      { Name: 'name', Value: 'Ada' },
      { Name: 'email', Value: '' },
    ]);
    expect(withoutReads()).toEqual(['AdminUpdateUserAttributes']);
  });

  it('ends the sessions of who is deactivated before anything else, and enables who is active again', async () => {
    await people.update('acme', PERSON, { ...ADA, active: false, displayName: 'Ada' });
    expect(withoutReads()).toEqual([
      'AdminDisableUser',
      'AdminUserGlobalSignOut',
      'AdminUpdateUserAttributes',
    ]);
    mock.resetHistory();
    await people.update('acme', { ...PERSON, active: false }, ADA);
    expect(withoutReads()).toEqual(['AdminEnableUser']);
  });

  it('links the new subject of a renamed person, then unlinks the old one', async () => {
    mock.on(AdminGetUserCommand).rejects(notFound);
    await peopleOf(LINKED).update('acme', PERSON, { ...ADA, userName: 'byron@example.com' });
    expect(withoutReads()).toEqual([
      'AdminLinkProviderForUser',
      'AdminDisableProviderForUser',
      'AdminUpdateUserAttributes',
    ]);
    expect(mock.commandCalls(AdminDisableProviderForUserCommand)[0]!.args[0].input.User).toMatchObject({
      ProviderAttributeValue: ADA.userName,
    });
  });

  it('refuses a user name that someone else has', async () => {
    mock.on(AdminGetUserCommand).resolves(found([{ Name: 'preferred_username', Value: 'bob' }]));
    await expect(people.update('acme', PERSON, { ...ADA, userName: 'bob' })).rejects.toThrow(ConflictError);
    expect(withoutReads()).toEqual([]);
  });

  it('removes them after their sessions, also if someone else already did', async () => {
    for (const command of [AdminDisableUserCommand, AdminUserGlobalSignOutCommand, AdminDeleteUserCommand])
      mock.on(command).rejects(notFound);
    await people.remove('acme', ID);
    expect(withoutReads()).toEqual(['AdminDisableUser', 'AdminUserGlobalSignOut', 'AdminDeleteUser']);
    expect(mock.commandCalls(AdminEnableUserCommand)).toEqual([]);
  });
});
