import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { BlockKey } from './stored-block.ts';

/** Some blocks of a write could not be written; all others were, or are in `lost`. */
export class BlocksNotWrittenError extends DependencyUnavailableError {
  readonly notWritten: readonly BlockKey[];
  /** Blocks that lost a race, as `write` would have returned them. */
  readonly lost: readonly BlockKey[];
  constructor(notWritten: readonly BlockKey[], lost: readonly BlockKey[], cause: unknown) {
    super(
      `${notWritten.length} blocks not written: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
    this.notWritten = notWritten;
    this.lost = lost;
  }
}
