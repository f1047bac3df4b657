/** Rules by which people stop actions. */
import { isFrozen } from './freeze.ts';
import { type Rule, unless } from './rule.ts';

export const killSwitch: Rule = ({ world }) =>
  unless(
    world.killSwitch?.isOn !== true,
    () => `the kill switch is on: ${world.killSwitch?.reason}`,
    'turn the kill switch off',
  );

export const deployedAction: Rule = ({ action, world }) =>
  unless(
    world.ceiling.actions.includes(action.id),
    () => `the stage does not deploy ${action.id}`,
    'add it to remediation.actions of the stage and deploy',
  );

export const protectedResource: Rule = ({ plan, environment }) =>
  unless(
    !environment.protectedResources.includes(plan.resource),
    () => `${plan.resource} is protected`,
    'remove it from protectedResources of the policy',
  );

export const freeze: Rule = ({ environment, world }) => {
  const window = environment.freezeWindows.find((each) => isFrozen(each, world.now));
  return unless(
    window === undefined,
    () => `changes are frozen from ${window?.from} to ${window?.to} (${window?.reason})`,
    'wait for the end of the window, or remove it from freezeWindows of the policy',
  );
};
