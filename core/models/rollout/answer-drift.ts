import type { LineUp } from '../line-up.ts';
import type { ModelScope, PairedScores } from '../ports.ts';
import type { SemanticVersion } from '../semantic-version.ts';
import { type RollBackDeps, rollBack } from './roll-back.ts';
import { WATCH_SECONDS } from './route.ts';
import { chanceOf, isShownWorse, NO_EVIDENCE, observeBlock } from './sequential-test.ts';

export interface DriftDeps extends RollBackDeps {
  readonly scores: PairedScores;
}

export interface Drift extends ModelScope {
  /** Of the event, so that a repeat changes nothing. */
  readonly cause: string;
  /** Epoch seconds. */
  readonly startedAt: number;
  readonly falseRollbackRate: number;
}

/** `retrain`: the champion is not to blame, or nothing better served before it. */
export type DriftAnswer = 'rolled-back' | 'retrain';

/** When the present champion was promoted; undefined if it serves because another was rolled back. */
const promotedAt = ({ transitions, champion, championSince }: LineUp): number | undefined =>
  transitions.findLast(
    ({ version, to, at }) => version === champion && to === 'champion' && at === championSince,
  )?.at;

/**
 * Answers drift at `now` (epoch seconds): the champion is rolled back if the drift started soon after its promotion and
 * the champion before it was better on the same series since; both forecast them for `WATCH_SECONDS`. Drift that starts
 * later comes from the data.
 */
export const answerDrift = async (deps: DriftDeps, drift: Drift, now: number): Promise<DriftAnswer> => {
  const { item: lineUp } = await deps.store.lineUp(drift);
  const done = lineUp.transitions.find(({ cause }) => cause === drift.cause);
  if (done !== undefined) return takeBack(deps, drift, done.version, done.reason, now);
  const [since, before] = [promotedAt(lineUp), lineUp.former[0]];
  if (since === undefined || before === undefined) return 'retrain';
  if (drift.startedAt < since || drift.startedAt >= since + WATCH_SECONDS) return 'retrain';
  const { champion: version } = lineUp;
  const query = { candidate: version, champion: before, after: since };
  const blocks = (await deps.scores.blocks(drift, query)).filter(({ at }) => at <= now);
  const test = blocks.reduce(observeBlock, NO_EVIDENCE);
  if (!isShownWorse(test, drift.falseRollbackRate)) return 'retrain';
  const chance = chanceOf(test).toPrecision(2);
  const text = `drift after its promotion, and version ${before} is better on the same series (chance of ${chance} if they were equal)`;
  return takeBack(deps, drift, version, text, now);
};

/** Of a version that was rolled back already, it only announces that again. */
const takeBack = async (
  deps: DriftDeps,
  { tenantId, kind, cause }: Drift,
  version: SemanticVersion,
  text: string,
  now: number,
): Promise<DriftAnswer> => {
  await rollBack(deps, { tenantId, kind, version, cause, reason: { rule: 'drift', text } }, now);
  return 'rolled-back';
};
