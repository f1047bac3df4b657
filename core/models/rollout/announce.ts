/** Events of a rollout, derived from what is stored: a repeated announcement is the same event. */
import { isoOfSeconds } from '../../shared/time.ts';
import { MODELS_SOURCE, type ModelEvent } from '../events.ts';
import { type LineUp, memberOf } from '../line-up.ts';
import type { ModelScope } from '../ports.ts';
import type { Rollout } from '../rollout.ts';
import type { SemanticVersion } from '../semantic-version.ts';

const base = ({ tenantId, kind }: ModelScope, name: ModelEvent['name'], version: string, at: number) => ({
  id: [name, tenantId, kind, version].join('/'),
  ...{ tenantId, kind, version, occurredAt: isoOfSeconds(at) },
});

const promoted = (rollout: Rollout): ModelEvent[] => {
  const { candidate, champion, rolloutId, ended } = rollout;
  if (ended === null) return [];
  const name = 'ModelPromoted';
  const more = { replaced: champion, rolloutId, seconds: ended.seconds };
  return [{ name, source: MODELS_SOURCE, detail: { ...base(rollout, name, candidate, ended.at), ...more } }];
};

const withdrawn = (rollout: Rollout): ModelEvent[] => {
  const { candidate, champion, rolloutId, ended } = rollout;
  if (ended === null || ended.reason === null) return [];
  const name = 'ModelRolledBack';
  const { rule, text: reason } = ended.reason;
  const more = { serves: champion, rolloutId, rule, reason, seconds: ended.seconds };
  return [{ name, source: MODELS_SOURCE, detail: { ...base(rollout, name, candidate, ended.at), ...more } }];
};

/** What a rollout announces about its end; nothing while it runs. */
export const rolloutEnded = (rollout: Rollout): ModelEvent[] =>
  rollout.status === 'promoted' ? promoted(rollout) : withdrawn(rollout);

/** A champion that was rolled back; `promotion` is the rollout that made it champion. */
export const championReverted = (
  scope: ModelScope,
  lineUp: LineUp,
  version: SemanticVersion,
  promotion: Rollout | undefined,
): ModelEvent[] => {
  const retired = memberOf(lineUp, version)?.retired ?? null;
  if (retired === null || retired.rule === null || promotion?.status !== 'promoted') return [];
  const { at, reason, rule } = retired;
  const name = 'ModelRolledBack';
  const seconds = at - (promotion.ended?.at ?? at);
  const more = { serves: lineUp.champion, rolloutId: null, rule, reason, seconds };
  return [{ name, source: MODELS_SOURCE, detail: { ...base(scope, name, version, at), ...more } }];
};
