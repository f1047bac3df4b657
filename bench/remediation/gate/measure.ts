import { judge } from '../../../core/remediation/gate/judge.ts';
import { judgeUndo } from '../../../core/remediation/gate/undo.ts';
import { violationsOf } from './oracle.ts';
import { simulate } from './simulate.ts';
import { compareStricter } from './stricter.ts';
import type { Gate } from './tenant.ts';

export interface GateFigures {
  readonly worlds: number;
  readonly judged: number;
  /** Effects that were reserved: actions, undoings after harm, and undoings on request. */
  readonly actions: number;
  readonly undoings: number;
  readonly requestedUndoings: number;
  /** Changes of resources. */
  readonly changes: number;
  readonly refusals: Readonly<Record<string, number>>;
  /** The first of each world in which an effect broke a guard. */
  readonly violations: readonly string[];
}

export const GATE: Gate = { judge, judgeUndo };

/** Simulates the worlds from `first` and lets the oracle judge what happened in them. */
export const measureWorlds = (first: number, worlds: number, gate: Gate = GATE): GateFigures => {
  const counts = { judged: 0, actions: 0, undoings: 0, requestedUndoings: 0, changes: 0 };
  const refusals: Record<string, number> = {};
  const violations: string[] = [];
  for (let number = first; number < first + worlds; number++) {
    const trace = simulate(number, gate);
    counts.judged += trace.judged;
    for (const [rule, count] of trace.refusals) refusals[rule] = (refusals[rule] ?? 0) + count;
    for (const happening of trace.happenings) {
      if (happening.kind === 'changed') counts.changes++;
      if (happening.kind !== 'reserved') continue;
      if (happening.effect === 'action') counts.actions++;
      else if (happening.isRequested) counts.requestedUndoings++;
      else counts.undoings++;
    }
    const [violation] = violationsOf(trace);
    if (violation !== undefined) violations.push(`world ${number}: ${violation}`);
  }
  return { worlds, ...counts, refusals, violations };
};

export interface StricterFigures {
  readonly cases: number;
  /** Cases whose verdict became stricter. */
  readonly stricter: number;
  readonly violations: readonly string[];
}

/** Makes limits stricter and looks whether a plan goes further then. */
export const measureStricter = (cases: number): StricterFigures => {
  let stricter = 0;
  const violations: string[] = [];
  for (let number = 0; number < cases; number++) {
    const { before, after, isFreer, loosened } = compareStricter(number);
    if (isFreer) violations.push(`case ${number}: ${before} became ${after}`);
    if (loosened.length > 0) violations.push(`case ${number}: ${loosened[0]}`);
    if (before !== after && !isFreer) stricter++;
  }
  return { cases, stricter, violations };
};
