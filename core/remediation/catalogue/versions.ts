/** Actions that restore the version before a deployment, as the record of the deployment names it. */
import * as z from 'zod';
import type { Change, NotApplicable, PlanningContext } from '../action.ts';

export interface VersionState {
  /** The version in use. */
  readonly version: string;
  /** Versions that can be restored. */
  readonly available: readonly string[];
  /** Desired units of the resource, which a deployment replaces. */
  readonly units: number;
  /** True while a deployment is in progress. */
  readonly isBusy: boolean;
}

export const VersionState = z.strictObject({
  version: z.string().min(1),
  available: z.array(z.string().min(1)),
  units: z.number().int().min(0),
  isBusy: z.boolean(),
}) satisfies z.ZodType<VersionState>;

/** The units too: they are what the change touches. */
export const versionBasis = ({ version, units }: VersionState) => ({ version, units });

/** Only from the version that was deployed to the one before it; nothing is guessed. */
export const rollBack = <State extends VersionState>(
  state: State,
  { deployment }: PlanningContext,
  what: string,
): Change<State> | NotApplicable => {
  if (deployment === null) return { notApplicable: 'no deployment is known as the cause' };
  const { previous: before, deployed } = deployment;
  if (before === null || deployed === null)
    return { notApplicable: 'the record of the deployment lacks a version' };
  if (before === deployed) return { notApplicable: `the deployment did not change the ${what}` };
  if (state.version !== deployed)
    return { notApplicable: `the ${what} is ${state.version}, not the deployed ${deployed}` };
  if (!state.available.includes(before)) return { notApplicable: `the ${what} ${before} does not exist` };
  const to = { ...state, version: before, isBusy: false };
  return { from: state, to, summary: `${what} ${deployed} → ${before}`, touches: Math.max(1, state.units) };
};

/** Deploys the version again that was rolled back, unless another one was deployed since. */
export const undoRollBack = <State extends VersionState>(
  { from, to }: Change<State>,
  present: State,
  what: string,
): Change<State> | NotApplicable => {
  if (present.version !== to.version)
    return {
      notApplicable: `the ${what} is ${present.version}, not ${to.version}: something else changed it`,
    };
  const summary = `${what} ${to.version} → ${from.version}`;
  return {
    from: present,
    to: { ...present, version: from.version, isBusy: false },
    summary,
    touches: Math.max(1, present.units),
  };
};

export const isVersion = <State extends VersionState>({ to }: Change<State>, present: State): boolean =>
  present.version === to.version && !present.isBusy;
