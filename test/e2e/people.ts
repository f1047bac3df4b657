/** People of the user pool in the emulator. */
import { type PersonTokens, signInPerson } from '../../local/sign-in-person.ts';
import { useSession } from './pipeline-client.ts';
import type { SharedSession } from './shared-session.ts';

/** Creates a person with the given groups, and signs in. */
export const signIn = (
  session: SharedSession,
  name: string,
  groups: readonly string[],
): Promise<PersonTokens> => {
  useSession(session);
  return signInPerson(session.outputs, name, groups);
};
