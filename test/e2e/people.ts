/** People of the user pool in the emulator. */
import { requireOutput } from '../../local/deploy.ts';
import type { SharedSession } from './shared-session.ts';

const PASSWORD = 'Correct-Horse-9-Battery';

/** A call of the user pool in the emulator, which checks no signatures. */
const cognito = async (
  { port }: SharedSession,
  action: string,
  input: object,
): Promise<Record<string, unknown>> => {
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${action}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=x',
    },
    body: JSON.stringify(input),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${body}`);
  return body === '' ? {} : JSON.parse(body);
};

export interface Tokens {
  readonly AccessToken: string;
  readonly IdToken: string;
  readonly RefreshToken: string;
}

/** Creates a person with the given groups, and signs in. */
export const signIn = async (
  session: SharedSession,
  name: string,
  groups: readonly string[],
): Promise<Tokens> => {
  const pool = requireOutput(session.outputs, 'UserPoolId');
  const person = { UserPoolId: pool, Username: name };
  // The temporary passwords that the emulator makes are shorter than the policy of the pool demands.
  await cognito(session, 'AdminCreateUser', {
    ...person,
    TemporaryPassword: PASSWORD,
    MessageAction: 'SUPPRESS',
  });
  await cognito(session, 'AdminSetUserPassword', { ...person, Password: PASSWORD, Permanent: true });
  for (const GroupName of groups) {
    await cognito(session, 'CreateGroup', { UserPoolId: pool, GroupName }).catch(() => undefined);
    await cognito(session, 'AdminAddUserToGroup', { ...person, GroupName });
  }
  const { AuthenticationResult } = await cognito(session, 'InitiateAuth', {
    ClientId: requireOutput(session.outputs, 'UserPoolClientId'),
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: name, PASSWORD },
  });
  return AuthenticationResult as Tokens;
};
