import { CATALOGUE, findAction } from '../../core/remediation/catalogue/catalogue.ts';
import type { RemediationCeiling } from '../../core/remediation/policy.ts';
import { ConfigurationError } from '../../core/shared/errors.ts';
import type { StageConfig } from '../config/stage-config.ts';

type Settings = Pick<StageConfig, 'stage' | 'remediation'>;

/** @throws ConfigurationError if the settings name an action that the catalogue lacks */
const actionsOf = ({ stage, remediation: { actions } }: Settings): string[] => {
  if (actions === 'all') return CATALOGUE.map(({ id }) => id);
  const unknown = actions.filter((id) => findAction(id) === undefined);
  if (unknown.length === 0) return actions;
  throw new ConfigurationError(
    `remediation.actions of stage ${stage}: ${unknown.join(', ')}: not in docs/actions.md`,
  );
};

/** What the stage lets remediations do at most. */
export const stageCeiling = (settings: Settings): RemediationCeiling => {
  const { maxStage, maxUnitsPerRun, maxActionsPerHour } = settings.remediation;
  return { maxStage, maxUnitsPerRun, maxActionsPerHour, actions: actionsOf(settings) };
};

/** The ceiling for functions that decide by it or show it. */
export const ceilingVariable = (settings: Settings): Readonly<Record<string, string>> => ({
  REMEDIATION_CEILING: JSON.stringify(stageCeiling(settings)),
});
