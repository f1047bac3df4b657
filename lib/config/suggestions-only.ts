import type { StageConfig } from './stage-config.ts';

/**
 * The default outside of the emulator: plans are announced, and nothing is changed. To let people approve actions, raise
 * `maxStage` and list the actions whose roles are to be deployed (docs/actions.md).
 */
export const SUGGESTIONS_ONLY: StageConfig['remediation'] = {
  maxStage: 'suggest',
  actions: [],
  maxUnitsPerRun: 2,
  maxActionsPerHour: 6,
  secondsPerMinute: 60,
  clusters: [],
};
