/** Sessions under the roles of actions, and the clients that use them. */
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Owner } from '../../../core/remediation/ports.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { withActionErrors } from './action-failure.ts';

/** What every client of the SDK takes. */
export interface ClientSettings {
  readonly credentials: () => Promise<SessionCredentials>;
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

/** The client renews them shortly before they expire. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export interface ActionSession {
  /** Named in errors. */
  readonly roleArn: string;
  readonly settings: ClientSettings;
}

/** Who the calls of a session are for: tags of the session, with which policies compare those of resources. */
export interface SessionPurpose {
  readonly roleArn: string;
  readonly owner: Owner;
  /** Names the session in CloudTrail. */
  readonly remediationId: string;
  /** A session that changes something tries once: the next attempt first looks whether this one took effect. */
  readonly changes: boolean;
}

/** The shortest session that STS gives. */
const SESSION_SECONDS = 900;
/** A container serves few remediations at once. */
const MAX_SESSIONS = 50;
const READ_ATTEMPTS = 3;

const requestHandler = {
  connectionTimeout: 2_000,
  requestTimeout: 5_000,
  throwOnRequestTimeout: true,
} as const;

/** Names of sessions have up to 64 characters of this set. */
const sessionName = (remediationId: string): string =>
  remediationId.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);

const assumeRole = async (sts: STSClient, purpose: SessionPurpose): Promise<SessionCredentials> => {
  const { roleArn, owner, remediationId } = purpose;
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: sessionName(remediationId),
    DurationSeconds: SESSION_SECONDS,
    Tags: [
      { Key: 'tenant', Value: owner.tenantId },
      { Key: 'environment', Value: owner.environment },
    ],
  });
  const failure = { what: `assuming ${roleArn}`, role: 'of this function', permission: 'sts:AssumeRole' };
  const { Credentials: given } = await withActionErrors(failure, () => sts.send(command));
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration)
    throw new ConfigurationError(`assuming ${roleArn}: STS gave no credentials`);
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
    expiration: given.Expiration,
  };
};

/** Sessions of one container: one for each role, owner and remediation, the least recently used ones are forgotten. */
export const actionSessions = (sts: STSClient): ((purpose: SessionPurpose) => ActionSession) => {
  const known = new Map<string, ActionSession>();
  return (purpose) => {
    const key = JSON.stringify(purpose);
    const session = known.get(key) ?? {
      roleArn: purpose.roleArn,
      settings: {
        credentials: () => assumeRole(sts, purpose),
        maxAttempts: purpose.changes ? 1 : READ_ATTEMPTS,
        requestHandler,
      },
    };
    known.delete(key);
    known.set(key, session);
    const [oldest] = known.keys();
    if (known.size > MAX_SESSIONS && oldest !== undefined) known.delete(oldest);
    return session;
  };
};

/** A client for each session, made when it is needed. */
export const sessionClient = <Client>(
  make: (settings: ClientSettings) => Client,
): ((session: ActionSession) => Client) => {
  const clients = new WeakMap<ActionSession, Client>();
  return (session) => {
    const client = clients.get(session) ?? make(session.settings);
    clients.set(session, client);
    return client;
  };
};
