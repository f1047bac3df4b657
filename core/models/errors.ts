import { ForestallError } from '../shared/errors.ts';

/** A rule of the registry, of a training or of a rollout refuses: repeating it cannot succeed. */
export class ModelRefusedError extends ForestallError {
  override readonly name = 'ModelRefusedError';
}

/** The files of a model are not those that were signed, or nobody trusted signed them: it is never loaded. */
export class UntrustedModelError extends ForestallError {
  override readonly name = 'UntrustedModelError';
}
