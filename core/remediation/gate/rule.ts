import type { RuleResult } from './gate-world.ts';
import type { Matter } from './matter.ts';

/** Says why not, or nothing. A rule that cannot judge says why not. */
export type Rule = (matter: Matter) => RuleResult;

/** A refusal, unless what is required holds. */
export const unless = (holds: boolean, reason: () => string, remedy: string): RuleResult =>
  holds ? null : { reason: reason(), remedy };
