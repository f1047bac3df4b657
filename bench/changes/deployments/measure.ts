import { scoreDeployment } from '../../../core/changes/deployments/health/score-deployment.ts';
import {
  DEFAULT_WATCH_POLICY,
  isUnhealthy,
  judge,
  type Scored,
  windowOf,
} from '../../../core/changes/watch-policy.ts';
import type { DeployCase } from './cases.ts';

/** Result of one case. */
export interface CaseResult {
  readonly label: string;
  readonly isBad: boolean;
  readonly scores: readonly Scored[];
  /** Minutes after which it was rated unhealthy; undefined if it never was. */
  readonly foundAfter: number | undefined;
  readonly verdict: string;
}

export const CHECKS = DEFAULT_WATCH_POLICY.checkMinutes;

/** Scores a case like the workflow, check by check, and stops when the workflow would. */
export const runCase = (each: DeployCase, label: string): CaseResult => {
  const scores: Scored[] = [];
  let foundAfter: number | undefined;
  for (const minutes of CHECKS) {
    scores.push(scoreDeployment({ ...each, window: windowOf(each.at, minutes), reports: [] }));
    if (foundAfter === undefined && isUnhealthy(scores, DEFAULT_WATCH_POLICY)) foundAfter = minutes;
  }
  const verdict = judge(scores, DEFAULT_WATCH_POLICY);
  return { label, isBad: each.harm.kind !== 'none', scores, foundAfter, verdict };
};

/** Probability that a bad deployment scores lower than a good one (ties count half): area under the ROC curve. */
export const areaUnderCurve = (good: readonly number[], bad: readonly number[]): number => {
  let lower = 0;
  for (const one of bad) for (const other of good) lower += one < other ? 1 : one === other ? 0.5 : 0;
  return lower / (good.length * bad.length);
};

const healthAt = (result: CaseResult, check: number): number => result.scores[check]!.health ?? 50;

export interface GroupFigures {
  readonly label: string;
  readonly cases: number;
  /** At each check, against all good deployments. */
  readonly auc: readonly number[];
  /** Share rated unhealthy by each check. */
  readonly found: readonly number[];
  /** Share that ended degraded or unhealthy. */
  readonly doubted: number;
  readonly meanHealth: readonly number[];
}

/** Figures of each kind of deployment; the good ones first. */
export const figuresOf = (results: readonly CaseResult[]): GroupFigures[] => {
  const good = results.filter(({ isBad }) => !isBad);
  const groups = Map.groupBy(results, ({ label }) => label);
  return [...groups].map(([label, own]) => ({
    label,
    cases: own.length,
    auc: CHECKS.map((_, i) =>
      areaUnderCurve(
        good.map((each) => healthAt(each, i)),
        own.map((each) => healthAt(each, i)),
      ),
    ),
    found: CHECKS.map(
      (minutes) =>
        own.filter(({ foundAfter = Number.POSITIVE_INFINITY }) => foundAfter <= minutes).length / own.length,
    ),
    doubted:
      own.filter(({ verdict }) => verdict === 'unhealthy' || verdict === 'degraded').length / own.length,
    meanHealth: CHECKS.map((_, i) => own.reduce((sum, each) => sum + healthAt(each, i), 0) / own.length),
  }));
};
