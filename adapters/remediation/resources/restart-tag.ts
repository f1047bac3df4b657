/**
 * Restarts of resources that do not show their last one: a tag does. It is set to `restarting by <id>` before the call and
 * to `restarted by <id>` after it. If the call was sent and nobody knows what became of it, the first remains, the resource
 * counts as busy, and people look; it is not restarted twice.
 */
import type { Change } from '../../../core/remediation/action.ts';
import { RestartState } from '../../../core/remediation/catalogue/restarts.ts';
import type { ResourceCall } from '../../../core/remediation/ports.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import type { Executor, Step } from './executor.ts';
import { RESTART_TAG, type Tags } from './ownership.ts';

export interface TaggedRestart {
  setTag(call: ResourceCall, value: string): Step;
  restart(call: ResourceCall): Step;
}

const UNCONFIRMED = 'restarting by ';

export const lastRestart = (tags: Tags): { readonly generation: string; readonly isUnconfirmed: boolean } => {
  const generation = tags[RESTART_TAG] ?? '';
  return { generation, isUnconfirmed: generation.startsWith(UNCONFIRMED) };
};

const generationOf = (state: Json): string => RestartState.parse(state).generation;

/** The steps of a restart between its two tags. */
export const taggedRestart = ({
  setTag,
  restart,
}: TaggedRestart): Required<Pick<Executor, 'steps' | 'isBegun' | 'withdraw'>> => ({
  steps: (call, { to }) => [
    setTag(call, `${UNCONFIRMED}${call.remediationId}`),
    restart(call),
    setTag(call, generationOf(to)),
  ],
  isBegun: (_, { from }: Change<Json>, present) => generationOf(present) !== generationOf(from),
  withdraw: (call, { from }) => [setTag(call, generationOf(from))],
});
