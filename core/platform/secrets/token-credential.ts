/** A token that another system issues, with which Forestall calls it. */
import * as z from 'zod';
import { describeIssues } from '../../shared/describe-issues.ts';
import { ConfigurationError } from '../../shared/errors.ts';
import { RotationRefusedError } from './errors.ts';
import type { RotatedCredential, TokenIssuer } from './ports.ts';
import type { Random } from './vault.ts';

export interface TokenCredentialDeps {
  /** Begins the names of its tokens at the issuer, and of no others: it revokes tokens by it. */
  readonly prefix: string;
  readonly issuer: TokenIssuer;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const Content = z.object({
  token: z.string().min(1),
  /** Under which the issuer knows it; the first token, which an operator stored, has none. */
  id: z.string().optional(),
  createdAt: z.number().default(0),
});
export type IssuedToken = z.infer<typeof Content>;

/** Reads the stored content of a version. @throws ConfigurationError without the content if it has no token */
export const parseToken = (version: string, content: string): IssuedToken => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    // Without the cause: its message would repeat a part of the secret.
    throw new ConfigurationError(`the ${version} version of the secret is not JSON`);
  }
  const read = Content.safeParse(parsed);
  if (read.success) return read.data;
  throw new ConfigurationError(
    `the ${version} version of the secret is not a token: ${describeIssues(read.error)}; store {"token":"…"}`,
  );
};

const issue = async (deps: TokenCredentialDeps, current: IssuedToken): Promise<string> => {
  const suffix = Buffer.from(deps.random(6)).toString('hex');
  const { id, token } = await deps.issuer.issue(current.token, `${deps.prefix}${suffix}`);
  return JSON.stringify({ token, id, createdAt: deps.now() } satisfies IssuedToken);
};

/** Tokens of earlier rotations, also of those that failed before they could store theirs. */
const revokeOthers = async (deps: TokenCredentialDeps, pending: IssuedToken, current: IssuedToken) => {
  const kept = new Set([pending.id, current.id]);
  const issued = await deps.issuer.list(current.token);
  for (const { id, name } of issued)
    if (name.startsWith(deps.prefix) && !kept.has(id)) await deps.issuer.revoke(current.token, id);
};

const testBoth = async (
  { issuer, random }: TokenCredentialDeps,
  pending: IssuedToken,
  current: IssuedToken,
) => {
  if (pending.token === current.token)
    throw new RotationRefusedError('the pending token is the current one: the issuer gave no new token');
  for (const [version, { token }] of Object.entries({ pending, current }))
    if (!(await issuer.accepts(token))) throw new RotationRefusedError(`the ${version} token is refused`);
  if (await issuer.accepts(Buffer.from(random(32)).toString('hex')))
    throw new RotationRefusedError('an unknown token is accepted: probeUrl does not need one');
};

/** The issuer keeps the former token valid until the next rotation, so consumers may change over at any time. */
export const tokenCredential = (deps: TokenCredentialDeps): RotatedCredential => ({
  create: (current) => issue(deps, parseToken('current', current)),
  set: (pending, current) =>
    revokeOthers(deps, parseToken('pending', pending), parseToken('current', current)),
  test: (pending, current) => testBoth(deps, parseToken('pending', pending), parseToken('current', current)),
});
