/** How each kind of decision that Forestall computes follows from its recorded inputs. */
import type * as z from 'zod';
import type { DecisionKind } from '../decision.ts';
import { GateInputs } from '../gate/gate-world.ts';
import { judge } from '../gate/judge.ts';
import { HealingInputs, judgeHealing } from '../healing/judge-healing.ts';

/** Computes the `outcome` of a decision from its recorded inputs. @throws if they are not inputs of this kind */
export type Computation = (inputs: unknown) => unknown;

const computation =
  <Inputs>(schema: z.ZodType<Inputs>, compute: (inputs: Inputs) => unknown): Computation =>
  (inputs) =>
    compute(schema.parse(inputs));

const gate = computation(GateInputs, ({ plan, world }) => judge(plan, world));
const healing = computation(HealingInputs, (inputs) => ({
  plan: inputs.plan,
  refusals: judgeHealing(inputs),
}));

/** The other kinds are decided by people, or record what happened. */
export const COMPUTATIONS: Readonly<Partial<Record<DecisionKind, Computation>>> = {
  'action-allowed': gate,
  'action-refused': gate,
  'healing-begun': healing,
  'healing-refused': healing,
};
