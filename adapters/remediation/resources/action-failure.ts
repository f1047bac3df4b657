/** Converts failures of calls under the role of an action to errors of core. */
import { NotManagedError } from '../../../core/remediation/errors.ts';
import {
  ConfigurationError,
  ConflictError,
  DependencyUnavailableError,
} from '../../../core/shared/errors.ts';
import { BreakerOpenError } from '../../../core/shared/resilience/breaker.ts';
import { isTransient } from '../../aws/sdk-failure.ts';

export interface ActionCall {
  /** Names the call in errors: `scale-out-group on auto-scaling-group:web`. */
  readonly what: string;
  /** ARN of the role under which it was made. */
  readonly role: string;
  /** What the role would need: `autoscaling:SetDesiredCapacity`. */
  readonly permission: string;
}

const DENIED =
  /^(?:AccessDenied(?:Exception|Fault)?|UnauthorizedOperation|UnauthorizedException|AuthorizationError|NotAuthorized|ExpiredToken(?:Exception)?|InvalidClientTokenId|UnrecognizedClientException)$/;
/** Throttling by services that `isTransient` does not know. */
const BUSY =
  /^(?:Throttling|ThrottledException|RequestLimitExceeded|RateExceeded|ResourceContention(?:Fault)?|ScalingActivityInProgress(?:Fault)?)$/;
/** Another attempt, or somebody else, is changing the resource at this moment. */
const CONFLICT = /^ConflictException$/;
const MISSING =
  /NotFound|NonExistent|NoSuch|DoesNotExist|^InvalidDocument$|^ClusterNotFoundException$|^InvalidInstanceId$|^ServiceNotActiveException$/;

/** Services name the denied action in their message: `is not authorized to perform: ecs:UpdateService on …`. */
const deniedIn = (error: unknown): string | undefined =>
  error instanceof Error ? /to perform: ([\w-]+:\w+)/.exec(error.message)?.[1] : undefined;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');
const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** True if nothing was done for certain: the service refused, or was not called; false after a timeout, for example. */
export const isRefusal = (error: unknown): boolean => {
  if (error instanceof BreakerOpenError) return true;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error && '$fault' in cause && cause.$fault === 'client';
};

/**
 * Other failures pass through unchanged.
 * @throws DependencyUnavailableError when throttled, timed out or down
 * @throws ConflictError if something else is changing the resource: another attempt finds what it did
 * @throws ConfigurationError naming the role and the permission that it lacks
 * @throws NotManagedError if the resource does not exist
 */
export const withActionErrors = async <T>(call: ActionCall, send: () => Promise<T>): Promise<T> => {
  try {
    return await send();
  } catch (cause) {
    const name = nameOf(cause);
    const reason = `${call.what}: ${reasonOf(cause)}`;
    if (DENIED.test(name))
      throw new ConfigurationError(
        `${reason}. The role ${call.role} lacks the permission ${deniedIn(cause) ?? call.permission}, or the tags of the resource do not match`,
        { cause },
      );
    if (isTransient(cause) || BUSY.test(name)) throw new DependencyUnavailableError(reason, { cause });
    if (CONFLICT.test(name)) throw new ConflictError(reason, { cause });
    if (MISSING.test(name)) throw new NotManagedError(reason, { cause });
    throw cause;
  }
};
