/** Everything that the choice of an action depends on, as JSON. */
import * as z from 'zod';
import { Json } from '../../shared/canonical-json.ts';
import { Problem } from '../cause.ts';
import { GateWorld } from '../gate/gate-world.ts';
import { EnvironmentName } from '../plan.ts';
import { RecommendationInputs } from '../recommendation/recommendation-inputs.ts';

/** There is nothing to act on: the warning ended, the alert is over or too new, the cause cannot be read. */
export const NoProblem = z.strictObject({ absent: z.string() });

/** The causes of an incident, from which its problem follows. */
export const Diagnosed = z.strictObject({
  /** Of the recorded inputs of the diagnosis; null if they could not be recorded. */
  inputsHash: z.string().length(64).nullable(),
  /** As the diagnosis gave it. */
  report: Json,
});
export type Diagnosed = z.infer<typeof Diagnosed>;

/** The recorded inputs of `chooseAction`. Time, record and policy are those of the world. */
export const ChoiceInputs = RecommendationInputs.omit({
  now: true,
  track: true,
  planMinutes: true,
  maxUnits: true,
}).extend({
  /** Null if the policy manages no resource of the affected targets. */
  environment: EnvironmentName.nullable(),
  problem: z.union([Problem, NoProblem]),
  /** Absent if the problem is none of an incident's causes. Older releases did not record it. */
  diagnosis: Diagnosed.exactOptional(),
  world: GateWorld.extend({ phase: z.literal('choosing') }),
});
export type ChoiceInputs = z.infer<typeof ChoiceInputs>;
