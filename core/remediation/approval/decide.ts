/** What people decide about remediations. */
import { untilCommitted } from '../../shared/until-committed.ts';
import { type Answer, type AnswerDeps, type Answered, answerPlan } from './answer-plan.ts';
import { refuseOtherQuestion } from './open-question.ts';
import { askToUndo, refuseUndo, type UndoDeps, type UndoWish } from './undo-request.ts';

export interface DecideDeps extends AnswerDeps, UndoDeps {
  readonly store: AnswerDeps['store'];
  readonly now: () => number;
}

interface Named {
  readonly tenantId: string;
  readonly remediationId: string;
}

type Attempt = (
  state: Parameters<typeof answerPlan>[1],
  stored: Parameters<typeof answerPlan>[2],
) => Promise<Answered | undefined>;

/** The end of the chain of decisions is read first, so that a commit fails if anything changed since. */
const decide = async (
  { store }: DecideDeps,
  { tenantId, remediationId }: Named,
  attempt: Attempt,
): Promise<Answered | 'not-found'> =>
  untilCommitted('the answer', async () => {
    const state = await store.state(tenantId);
    const stored = await store.get(tenantId, remediationId);
    return stored === undefined ? 'not-found' : attempt(state, stored);
  });

/**
 * Takes an answer to what is asked about the remediation: its plan, or whether to undo it.
 * @throws ConflictError if the answer is to another question
 */
export const answerQuestion = (deps: DecideDeps, given: Answer): Promise<Answered | 'not-found'> =>
  decide(deps, given, (state, stored) => {
    refuseOtherQuestion(stored.item, given);
    if (given.question === 'plan') return answerPlan(deps, state, stored, given);
    const wish = { ...given, approves: true };
    return given.answer === 'approved'
      ? askToUndo(deps, state, stored, wish)
      : refuseUndo(deps, state, stored, wish);
  });

/** Takes the wish to undo a remediation. */
export const requestUndo = (deps: DecideDeps, wish: UndoWish): Promise<Answered | 'not-found'> =>
  decide(deps, wish, (state, stored) => askToUndo(deps, state, stored, wish));
