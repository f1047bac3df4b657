import type * as z from 'zod';
import { isoOfSeconds } from '../../shared/time.ts';
import { findAction } from '../catalogue/catalogue.ts';
import { standingOf } from '../gate/autonomy.ts';
import {
  type AutonomyStage,
  type KillSwitch,
  lowerStage,
  type RemediationCeiling,
  type RemediationPolicy,
} from '../policy.ts';
import type { TrackRecord } from '../track-record.ts';
import type { Autonomy, KillSwitchView, PolicyView } from './policies.ts';

export interface StoredPolicy {
  readonly item: RemediationPolicy | undefined;
  readonly revision: number;
}

export const presentPolicy = ({ item, revision }: StoredPolicy): z.infer<typeof PolicyView> => ({
  version: revision,
  policy: item ?? null,
});

export const presentKillSwitch = (item: KillSwitch | undefined): z.infer<typeof KillSwitchView> =>
  item === undefined
    ? { on: false }
    : { on: item.isOn, reason: item.reason, by: item.by, at: isoOfSeconds(item.at) };

type EnvironmentView = z.infer<typeof Autonomy>['environments'][number];
type Earned = EnvironmentView['actions'][number];

interface Place {
  readonly environment: string;
  readonly stage: AutonomyStage;
  readonly track: TrackRecord;
  readonly now: number;
}

/** Why an action does not act alone, whatever it has earned; empty if nothing stands against it. */
const obstacleOf = (id: string): string => {
  const action = findAction(id);
  if (action === undefined) return 'the catalogue does not have it';
  if (action.risk !== 'low') return `its risk is ${action.risk}: a person always approves it`;
  return action.reversibility === 'permanent' ? 'it cannot be undone: a person always approves it' : '';
};

const presentEarned = ({ environment, stage, track, now }: Place, action: string): Earned => {
  const { isEarned, succeeded, failed, atLeast, missing } = standingOf(track, action, environment, now);
  const why = obstacleOf(action) || missing;
  const own = why === '' ? stage : lowerStage(stage, 'approve');
  return {
    ...{ action, stage: own, earned: isEarned, succeeded, failed, successRateAtLeast: atLeast },
    ...(why === '' ? {} : { missing: why }),
  };
};

const actionsIn = ({ resources }: RemediationPolicy, environment: string): readonly string[] => {
  const managed = resources.filter((each) => each.environment === environment);
  return [...new Set(managed.flatMap(({ actions }) => actions.map(({ action }) => action)))].toSorted();
};

/** What the stages in force depend on. */
export interface Steering {
  readonly policy: RemediationPolicy | undefined;
  readonly killSwitch: KillSwitch | undefined;
  readonly track: TrackRecord;
}

/** The stages in force at `now` (epoch seconds), with the evidence for each action that the policy allows. */
export const presentAutonomy = (
  { policy, killSwitch, track }: Steering,
  { maxStage }: RemediationCeiling,
  now: number,
): z.infer<typeof Autonomy> => {
  const environments = Object.entries(policy?.environments ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    killSwitch: killSwitch?.isOn === true,
    environments: environments.map(([environment, { stage: policyStage }]) => {
      const stage = lowerStage(policyStage, maxStage);
      const place = { environment, stage, track, now };
      const actions = policy === undefined ? [] : actionsIn(policy, environment);
      return {
        ...{ environment, stage, policyStage, deploymentStage: maxStage },
        actions: actions.map((action) => presentEarned(place, action)),
      };
    }),
  };
};
