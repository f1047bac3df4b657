import { ForestallError } from '../../shared/errors.ts';

/** The pending version of a secret does not work, or must not become current yet. The current version stays valid. */
export class RotationRefusedError extends ForestallError {
  override readonly name = 'RotationRefusedError';
}
