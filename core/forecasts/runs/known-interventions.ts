import { errorFrom } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import type { InterventionStore } from '../ports.ts';

/** When something was done about each target, epoch seconds. */
export type InterventionTimes = ReadonlyMap<string, readonly number[]>;

/**
 * The interventions of a tenant since `from` (epoch seconds) by target. None if they cannot be read: a forecast that does not
 * know them is better than none. Counted as `InterventionsUnknown`.
 */
export const knownInterventions = async (
  store: Pick<InterventionStore, 'since'>,
  telemetry: Telemetry,
  tenantId: string,
  from: number,
): Promise<InterventionTimes> => {
  const times = new Map<string, number[]>();
  try {
    for (const { targetIds, at } of await store.since(tenantId, from))
      for (const targetId of targetIds) times.set(targetId, [...(times.get(targetId) ?? []), at]);
  } catch (error) {
    telemetry.count('InterventionsUnknown');
    telemetry.error(
      'interventions cannot be read: forecasts go on without them',
      { tenantId },
      errorFrom(error),
    );
  }
  return times;
};
