import type { Actor } from '../../platform/actor.ts';
import { ProblemError } from '../../platform/api/errors.ts';

const MAX_SHOWN = 5;

/** @throws ProblemError `forbidden` if anything is loosened */
export const refuseToLoosen = ({ kind, name }: Actor, loosened: readonly string[]): void => {
  if (loosened.length === 0) return;
  const more = loosened.length > MAX_SHOWN ? ` and ${loosened.length - MAX_SHOWN} more` : '';
  throw new ProblemError(
    'forbidden',
    `This allows more than before (${loosened.slice(0, MAX_SHOWN).join('; ')}${more}), which only a person with the permission approve may do, not the ${kind} "${name}".`,
  );
};
