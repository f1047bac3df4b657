/**
 * Base class of all deliberate errors. State machines and the API match on `name`, so each class sets it as a literal:
 * minification renames classes.
 */
export abstract class ForestallError extends Error {
  abstract override readonly name: string;
}

/** The input can never succeed: park it and count it, never retry. `field` names the offending field or line. */
export class InvalidInputError extends ForestallError {
  override readonly name = 'InvalidInputError';
  readonly field: string | undefined;
  constructor(message: string, options?: { readonly field?: string; readonly cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.field = options?.field;
  }
}

/** The item to store for the input is larger than the store allows. */
export class TooLargeError extends InvalidInputError {}

/** A store refuses a value of the input that passed all checks. The message has the store's reason: do not show it to callers. */
export class RefusedByStoreError extends InvalidInputError {}

/** Lost a race, or the work was already done: retries treat it as success. */
export class ConflictError extends ForestallError {
  override readonly name = 'ConflictError';
}

/** A dependency throttles requests or is down: retry with jitter. */
export class DependencyUnavailableError extends ForestallError {
  override readonly name = 'DependencyUnavailableError';
}

/**
 * A stored item is damaged, or a newer release wrote it. A retry helps only while a deployment replaces the functions.
 * `item` names its kind and its key.
 */
export class UnreadableItemError extends ForestallError {
  override readonly name = 'UnreadableItemError';
  readonly item: string;
  constructor(item: string, reason: string, cause?: unknown) {
    super(`${item} cannot be read: ${reason}`, cause === undefined ? undefined : { cause });
    this.item = item;
  }
}

/** The deployment is wrong (missing environment variable, unknown stage): raises an alarm. */
export class ConfigurationError extends ForestallError {
  override readonly name = 'ConfigurationError';
}

/** True for temporary failures. All others fail the same way each time. */
export const isWorthRetrying = (error: unknown): boolean =>
  error instanceof DependencyUnavailableError || error instanceof ConflictError;

/** A thrown value of any type, as an Error. */
export const errorFrom = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
