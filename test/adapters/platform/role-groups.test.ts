import {
  AdminAddUserToGroupCommand,
  AdminRemoveUserFromGroupCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  GroupExistsException,
  ListUsersInGroupCommand,
  ResourceNotFoundException,
  UpdateGroupCommand,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { CognitoRoleGroups } from '../../../adapters/platform/role-groups.ts';
import { ConflictError } from '../../../core/shared/errors.ts';
import { recordedBudget } from '../../fakes/directory-budget.ts';

const mock = mockClient(CognitoIdentityProviderClient);
const client = new CognitoIdentityProviderClient({ region: 'us-east-1' });
const { budget, drawn } = recordedBudget();
const groups = new CognitoRoleGroups({ client, userPoolId: 'pool', budget });
const VIEWERS = { UserPoolId: 'pool', GroupName: 'acme.viewer' };
const [ADA, BOB] = ['a'.repeat(24), 'b'.repeat(24)] as const;
const said = { message: 'x', $metadata: {} };

beforeEach(() => {
  mock.reset();
  drawn.length = 0;
});

describe('the groups of a tenant', () => {
  it('keep the id that the directory gave them', async () => {
    const at = '1970-01-01T00:00:00.000Z';
    const Group = { Description: 'externalId: 42', CreationDate: new Date(0) };
    mock.on(CreateGroupCommand).resolves({ Group });
    mock.on(GetGroupCommand).resolvesOnce({ Group: { CreationDate: new Date(0) } });
    const created = await groups.create('acme', 'viewer', '42');
    expect(created).toEqual({ role: 'viewer', externalId: '42', createdAt: at, changedAt: at });
    expect(mock.commandCalls(CreateGroupCommand)[0]!.args[0].input).toEqual({
      ...VIEWERS,
      Description: 'externalId: 42',
    });
    expect(await groups.find('acme', 'viewer')).toMatchObject({ externalId: undefined });
    await groups.setExternalId('acme', 'viewer', undefined);
    expect(mock.commandCalls(UpdateGroupCommand)[0]!.args[0].input.Description).not.toContain('externalId');
  });

  it('exist once', async () => {
    mock.on(CreateGroupCommand).rejects(new GroupExistsException(said));
    await expect(groups.create('acme', 'viewer', undefined)).rejects.toThrow(ConflictError);
    mock.on(GetGroupCommand).rejects(new ResourceNotFoundException(said));
    expect(await groups.find('acme', 'viewer')).toBeUndefined();
    mock.on(DeleteGroupCommand).rejects(new ResourceNotFoundException(said));
    await groups.remove('acme', 'viewer');
  });

  it('list the members whom the tenant provisioned, page by page', async () => {
    mock
      .on(ListUsersInGroupCommand)
      .resolvesOnce({
        Users: [{ Username: `acme.${ADA}` }, { Username: 'Okta_ada' }, { Username: `globex.${BOB}` }],
        NextToken: 'next',
      })
      .resolves({ Users: [{ Username: `acme.${BOB}` }] });
    expect(await groups.members('acme', 'viewer')).toEqual([ADA, BOB]);
    expect(mock.commandCalls(ListUsersInGroupCommand)[1]!.args[0].input).toMatchObject({
      ...VIEWERS,
      NextToken: 'next',
    });
    expect(drawn).toEqual(['acme: 1 requests', 'acme: 1 requests']);
  });

  it('take members of the tenant alone', async () => {
    mock.on(AdminAddUserToGroupCommand).resolvesOnce({}).rejects(new UserNotFoundException(said));
    expect(await groups.addMember('acme', 'viewer', ADA)).toBe(true);
    expect(await groups.addMember('acme', 'viewer', BOB)).toBe(false);
    expect(mock.commandCalls(AdminAddUserToGroupCommand)[0]!.args[0].input).toEqual({
      ...VIEWERS,
      Username: `acme.${ADA}`,
    });
    mock.on(AdminRemoveUserFromGroupCommand).rejects(new UserNotFoundException(said));
    await groups.removeMember('acme', 'viewer', ADA);
  });
});
