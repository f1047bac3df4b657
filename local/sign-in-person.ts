/** A person of the user pool in the emulator: only people approve. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateGroupCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DependencyUnavailableError } from '../core/shared/errors.ts';
import { requireOutput, type StackOutputs } from './deploy.ts';

/** Of nobody: the pool ends with the emulator. */
const PASSWORD = 'Correct-Horse-9-Battery';

/** Creates a person with one role in a tenant, signs in, and returns the access token. */
export const signInPerson = async (outputs: StackOutputs, name: string, group: string): Promise<string> => {
  const client = new CognitoIdentityProviderClient();
  const UserPoolId = requireOutput(outputs, 'UserPoolId');
  const person = { UserPoolId, Username: name };
  await client.send(
    new AdminCreateUserCommand({ ...person, TemporaryPassword: PASSWORD, MessageAction: 'SUPPRESS' }),
  );
  await client.send(new AdminSetUserPasswordCommand({ ...person, Password: PASSWORD, Permanent: true }));
  await client.send(new CreateGroupCommand({ UserPoolId, GroupName: group }));
  await client.send(new AdminAddUserToGroupCommand({ ...person, GroupName: group }));
  const { AuthenticationResult } = await client.send(
    new InitiateAuthCommand({
      ClientId: requireOutput(outputs, 'UserPoolClientId'),
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: name, PASSWORD },
    }),
  );
  const token = AuthenticationResult?.AccessToken;
  if (token === undefined) throw new DependencyUnavailableError(`the user pool gave ${name} no token`);
  return token;
};
