/** A person of the user pool in the emulator: only people approve. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  GroupExistsException,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DependencyUnavailableError } from '../core/shared/errors.ts';
import { requireOutput, type StackOutputs } from './deploy.ts';

/** Of nobody: the pool ends with the emulator. */
const PASSWORD = 'Correct-Horse-9-Battery';

export interface PersonTokens {
  readonly AccessToken: string;
  readonly IdToken: string;
  readonly RefreshToken: string;
}

const joinGroup = async (
  client: CognitoIdentityProviderClient,
  person: { readonly UserPoolId: string; readonly Username: string },
  GroupName: string,
): Promise<void> => {
  try {
    await client.send(new CreateGroupCommand({ UserPoolId: person.UserPoolId, GroupName }));
  } catch (error) {
    if (!(error instanceof GroupExistsException)) throw error;
  }
  await client.send(new AdminAddUserToGroupCommand({ ...person, GroupName }));
};

/** Creates a person in groups of the form `<tenant>.<role>`, and signs in. The clients must point at the emulator. */
export const signInPerson = async (
  outputs: StackOutputs,
  name: string,
  groups: readonly string[],
): Promise<PersonTokens> => {
  const client = new CognitoIdentityProviderClient();
  const person = { UserPoolId: requireOutput(outputs, 'UserPoolId'), Username: name };
  // The temporary passwords that the emulator makes are shorter than the policy of the pool demands.
  await client.send(
    new AdminCreateUserCommand({ ...person, TemporaryPassword: PASSWORD, MessageAction: 'SUPPRESS' }),
  );
  await client.send(new AdminSetUserPasswordCommand({ ...person, Password: PASSWORD, Permanent: true }));
  for (const group of groups) await joinGroup(client, person, group);
  const { AuthenticationResult: { AccessToken, IdToken, RefreshToken } = {} } = await client.send(
    new InitiateAuthCommand({
      ClientId: requireOutput(outputs, 'UserPoolClientId'),
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: name, PASSWORD },
    }),
  );
  if (AccessToken === undefined || IdToken === undefined || RefreshToken === undefined)
    throw new DependencyUnavailableError(`the user pool gave ${name} no tokens`);
  return { AccessToken, IdToken, RefreshToken };
};
