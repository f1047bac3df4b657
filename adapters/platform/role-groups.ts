import {
  AdminAddUserToGroupCommand,
  AdminRemoveUserFromGroupCommand,
  type CognitoIdentityProviderClient,
  CreateGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  type GroupType,
  ListUsersInGroupCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Role } from '../../core/platform/permissions.ts';
import type { DirectoryBudget, RoleGroups } from '../../core/platform/provisioning/ports.ts';
import type { RoleGroup } from '../../core/platform/provisioning/role-group.ts';
import { ConflictError } from '../../core/shared/errors.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { idIn, prefixOf, usernameOf } from './person-attributes.ts';
import { unlessNamed } from './user-pool-errors.ts';

export interface RoleGroupsOptions {
  readonly client: CognitoIdentityProviderClient;
  readonly userPoolId: string;
  readonly budget: DirectoryBudget;
}

const PAGE = 60;
/** The description of a group has the id that the directory gave it. */
const EXTERNAL_ID = 'externalId: ';

const groupOf = (role: Role, { Description, CreationDate, LastModifiedDate }: GroupType): RoleGroup => ({
  role,
  externalId: Description?.startsWith(EXTERNAL_ID) ? Description.slice(EXTERNAL_ID.length) : undefined,
  createdAt: (CreationDate ?? new Date(0)).toISOString(),
  changedAt: (LastModifiedDate ?? CreationDate ?? new Date(0)).toISOString(),
});

const descriptionOf = (externalId: string | undefined): string =>
  externalId === undefined ? 'Gives a role in Forestall' : `${EXTERNAL_ID}${externalId}`;

/** The groups `<tenant>.<role>` of the user pool. */
export class CognitoRoleGroups implements RoleGroups {
  readonly #options: RoleGroupsOptions;

  constructor(options: RoleGroupsOptions) {
    this.#options = options;
  }

  async find(tenantId: string, role: Role): Promise<RoleGroup | undefined> {
    const found = await this.#unless('ResourceNotFoundException', 'reading a group', (client) =>
      client.send(new GetGroupCommand(this.#nameOf(tenantId, role))),
    );
    return found?.Group && groupOf(role, found.Group);
  }

  async create(tenantId: string, role: Role, externalId: string | undefined): Promise<RoleGroup> {
    const group = { ...this.#nameOf(tenantId, role), Description: descriptionOf(externalId) };
    const created = await this.#unless('GroupExistsException', 'adding a group', (client) =>
      client.send(new CreateGroupCommand(group)),
    );
    if (created?.Group === undefined) throw new ConflictError('The tenant has a group with this name.');
    return groupOf(role, created.Group);
  }

  async setExternalId(tenantId: string, role: Role, externalId: string | undefined): Promise<void> {
    const group = { ...this.#nameOf(tenantId, role), Description: descriptionOf(externalId) };
    await withSdkErrors('changing a group', () => this.#options.client.send(new UpdateGroupCommand(group)));
  }

  async members(tenantId: string, role: Role): Promise<readonly string[]> {
    const ids: string[] = [];
    let NextToken: string | undefined;
    do {
      await this.#options.budget.requests(tenantId, 1);
      const page = new ListUsersInGroupCommand({ ...this.#nameOf(tenantId, role), Limit: PAGE, NextToken });
      const answer = await withSdkErrors('listing the members of a group', () =>
        this.#options.client.send(page),
      );
      ids.push(...(answer.Users ?? []).flatMap(({ Username }) => idIn(tenantId, Username) ?? []));
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    return ids;
  }

  async addMember(tenantId: string, role: Role, id: string): Promise<boolean> {
    const member = { ...this.#nameOf(tenantId, role), Username: usernameOf(tenantId, id) };
    const added = await this.#unless('UserNotFoundException', 'adding a member', (client) =>
      client.send(new AdminAddUserToGroupCommand(member)),
    );
    return added !== undefined;
  }

  async removeMember(tenantId: string, role: Role, id: string): Promise<void> {
    const member = { ...this.#nameOf(tenantId, role), Username: usernameOf(tenantId, id) };
    await this.#unless('UserNotFoundException', 'removing a member', (client) =>
      client.send(new AdminRemoveUserFromGroupCommand(member)),
    );
  }

  async remove(tenantId: string, role: Role): Promise<void> {
    await this.#unless('ResourceNotFoundException', 'deleting a group', (client) =>
      client.send(new DeleteGroupCommand(this.#nameOf(tenantId, role))),
    );
  }

  #nameOf(tenantId: string, role: Role) {
    return { UserPoolId: this.#options.userPoolId, GroupName: `${prefixOf(tenantId)}${role}` };
  }

  #unless<Answer>(
    name: string,
    what: string,
    call: (client: CognitoIdentityProviderClient) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    return unlessNamed(name, () => withSdkErrors(what, () => call(this.#options.client)));
  }
}
