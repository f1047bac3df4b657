import type { Intervention, InterventionStore } from '../../forecasts/ports.ts';
import { errorFrom } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { affectedTargets } from '../affected-targets.ts';
import type { RemediationPlan } from '../plan.ts';
import type { ResourceCall } from '../ports.ts';
import type { Snapshot } from './step.ts';

export interface TellForecastsDeps {
  readonly interventions: Pick<InterventionStore, 'put'>;
  readonly telemetry: Telemetry;
}

/** What a call does about the targets of its problem and of its resource; it began at `at`, epoch seconds. */
export const interventionOf = (
  { state }: Pick<Snapshot, 'state'>,
  { tenantId, problem, resource }: RemediationPlan,
  { remediationId }: ResourceCall,
  at: number,
): Intervention => ({
  ...{ tenantId, id: remediationId, at },
  targetIds: [...affectedTargets(state.policy.item, problem.targetIds, resource)],
});

/**
 * Tells the forecasts what was done, so that they do not take the end of a climb for its own. Does not throw: an action
 * that the forecasts do not know is better than one that fails. Counted as `InterventionNotStored`.
 */
export const tellForecasts = async (
  { interventions, telemetry }: TellForecastsDeps,
  intervention: Intervention,
): Promise<void> => {
  try {
    await interventions.put(intervention);
  } catch (error) {
    const { tenantId, id } = intervention;
    telemetry.count('InterventionNotStored');
    telemetry.error(
      'the forecasts do not learn of an action',
      { tenantId, intervention: id },
      errorFrom(error),
    );
  }
};
