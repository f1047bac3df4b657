/** Actions whose effect is a restart. What identifies the last one tells whether it happened. */
import * as z from 'zod';
import type { Change, NotApplicable, PlanningContext } from '../action.ts';

export interface RestartState {
  /**
   * Identifies the last restart or deployment: the id of an ECS deployment, an annotation, or the tag
   * `forestall:last-restart` where the service shows nothing. Empty before the first.
   */
  readonly generation: string;
  /** Units that a restart affects: the desired ones, where the resource states them. */
  readonly units: number;
  /** True while a restart or deployment is in progress. */
  readonly isBusy: boolean;
}

export const RestartState = z.strictObject({
  generation: z.string(),
  units: z.number().int().min(0),
  isBusy: z.boolean(),
}) satisfies z.ZodType<RestartState>;

export const NoParameters = z.strictObject({});
export type NoParameters = z.infer<typeof NoParameters>;

/** The units too: they are what the change touches. */
export const restartBasis = ({ generation, units }: RestartState) => ({ generation, units });

/** Restarts all units once; not applicable while another restart or deployment is in progress. */
export const restart = <State extends RestartState>(
  state: State,
  { remediationId }: PlanningContext,
  unit: string,
): Change<State> | NotApplicable => {
  if (state.isBusy) return { notApplicable: 'it is being deployed or restarted already' };
  if (state.units < 1) return { notApplicable: `it has no ${unit} to restart` };
  const to = { ...state, generation: `restarted by ${remediationId}` };
  return { from: state, to, summary: `restart ${state.units} ${unit}`, touches: state.units };
};

/** The generation after a restart is given by the service, so it only has to be another one. */
export const isRestarted = <State extends RestartState>({ from }: Change<State>, present: State): boolean =>
  present.generation !== from.generation && !present.isBusy;

/** The tag of the last restart: a role that may write it may write no other. */
export const ONLY_RESTART_TAG = {
  'ForAllValues:StringEquals': { 'aws:TagKeys': ['forestall:last-restart'] },
} as const;

export const RESTART_FADES = 'a restart is over by itself';
