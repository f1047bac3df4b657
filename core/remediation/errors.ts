import { ForestallError } from '../shared/errors.ts';

/** A guardrail refused: the action is not carried out, the decision is recorded, and people are told. */
export class RemediationBlockedError extends ForestallError {
  override readonly name = 'RemediationBlockedError';
}

/** The resource does not exist, or its tags do not allow this tenant and environment to change it. */
export class NotManagedError extends ForestallError {
  override readonly name = 'NotManagedError';
}

/** Decisions were changed, deleted or inserted after they were made. */
export class BrokenChainError extends ForestallError {
  override readonly name = 'BrokenChainError';
}
