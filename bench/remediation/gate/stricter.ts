import type { GateMode } from '../../../core/remediation/gate/gate-world.ts';
import { judge } from '../../../core/remediation/gate/judge.ts';
import { isLooser } from '../../../core/remediation/gate/policy/is-looser.ts';
import { randomCase, stricterCeiling, stricterPolicy } from './random-case.ts';

const FREEDOM: readonly GateMode[] = ['refused', 'suggest', 'ask', 'act'];

export interface Comparison {
  readonly before: GateMode;
  readonly after: GateMode;
  /** What `isLooser` lists of the stricter policy: nothing. */
  readonly loosened: readonly string[];
  /** True if the stricter limits let the plan go further. */
  readonly isFreer: boolean;
}

/** Judges the case with this number, and again with a stricter policy and a stricter ceiling. */
export const compareStricter = (number: number): Comparison => {
  const { draw, plan, world } = randomCase(number);
  const policy = stricterPolicy(draw, world.policy, world.now);
  const ceiling = draw.chance(0.3) ? stricterCeiling(draw, world.ceiling) : world.ceiling;
  const before = judge(plan, world).mode;
  const after = judge(plan, { ...world, policy, ceiling }).mode;
  return {
    ...{ before, after, loosened: isLooser(world.policy, policy) },
    isFreer: FREEDOM.indexOf(after) > FREEDOM.indexOf(before),
  };
};
