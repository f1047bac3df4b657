import type { Telemetry } from '../../shared/telemetry.ts';
import { DAY_SECONDS } from '../../shared/time.ts';
import { ProblemError } from '../api/errors.ts';
import type { Claim, CommandResponse, KeyedCommand, ResponseStore } from './ports.ts';

/**
 * Seconds for which a request holds its key. Longer than the timeout of the functions: once the claim has expired, the
 * function that made it has ended, and a retry may execute.
 */
export const CLAIM_SECONDS = 30;
/** Seconds for which a response is kept. */
const RESPONSE_SECONDS = DAY_SECONDS;
const MAX_RETRY_SECONDS = 5;

export interface ExecuteOnceDeps {
  readonly responses: ResponseStore;
  readonly telemetry: Telemetry;
}

const answerRepeated = (
  claim: Exclude<Claim, { readonly state: 'claimed' }>,
  { key, fingerprint }: KeyedCommand,
  now: number,
): CommandResponse => {
  if (claim.fingerprint !== fingerprint) {
    throw new ProblemError('idempotency-key-reused', `Idempotency-Key ${key} belongs to another request.`);
  }
  if (claim.state === 'answered') return claim.response;
  const seconds = Math.min(MAX_RETRY_SECONDS, Math.max(1, claim.until - now));
  throw new ProblemError(
    'request-in-progress',
    `The request with Idempotency-Key ${key} is being executed.`,
    {
      headers: { 'retry-after': String(seconds) },
    },
  );
};

/** Runs what follows an execution. Its failure is logged, because it must not replace the outcome of the command. */
const logFailure = async (
  { telemetry }: ExecuteOnceDeps,
  { tenantId }: KeyedCommand,
  run: () => Promise<void>,
) => {
  try {
    await run();
  } catch (error) {
    telemetry.count('IdempotencyFailed');
    telemetry.error('the outcome of an idempotent command could not be stored', { tenantId }, error);
  }
};

/**
 * Executes a command unless it was executed with the same key before: then its first response is returned. Only
 * responses are stored: after an error, a retry executes again.
 * @param now epoch seconds
 * @throws ProblemError `idempotency-key-reused` if the key belongs to another request
 * @throws ProblemError `request-in-progress` while the same request is being executed
 */
export const executeOnce = async (
  deps: ExecuteOnceDeps,
  command: KeyedCommand,
  now: number,
  execute: () => Promise<CommandResponse>,
): Promise<CommandResponse> => {
  const { responses, telemetry } = deps;
  const claim = await responses.claim(command, now, now + CLAIM_SECONDS);
  if (claim.state !== 'claimed') {
    const response = answerRepeated(claim, command, now);
    telemetry.count('CommandsRepeated');
    return response;
  }
  let response: CommandResponse;
  try {
    response = await execute();
  } catch (error) {
    await logFailure(deps, command, () => responses.release(command));
    throw error;
  }
  await logFailure(deps, command, async () => {
    if (!(await responses.complete(command, response, now + RESPONSE_SECONDS))) {
      throw new Error('the claim was taken over');
    }
  });
  return response;
};
