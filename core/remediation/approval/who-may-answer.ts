import type { Actor } from '../../platform/actor.ts';
import { ProblemError } from '../../platform/api/errors.ts';
import { ConflictError } from '../../shared/errors.ts';
import type { Remediation } from '../remediation.ts';

/** @throws ProblemError `forbidden` for keys and tokens: neither shows that a person has seen the plan */
export const refuseUnlessPerson = ({ kind, name }: Actor): void => {
  if (kind === 'person') return;
  throw new ProblemError(
    'forbidden',
    `Only people decide about plans, and "${name}" is no signed-in person.`,
  );
};

/** @throws ProblemError `forbidden` for the one who asked for the action */
export const refuseRequester = ({ cause }: Remediation, { name }: Actor): void => {
  if (cause.kind !== 'request' || cause.requestedBy !== name) return;
  throw new ProblemError('forbidden', `${name} asked for this action: another person has to approve it.`);
};

/** @throws ConflictError if the person saw another plan */
export const refuseOtherHash = (asked: string | null, given: string): void => {
  if (asked === given) return;
  throw new ConflictError(
    `the plan has the hash ${asked ?? 'of none'}, not ${given}: show the remediation again, and decide about what it says now`,
  );
};
