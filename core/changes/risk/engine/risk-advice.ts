import type { FeatureName } from './feature-catalogue.ts';

/** What lowers the risk that a feature brings. */
export const ADVICE: Readonly<Partial<Record<FeatureName, string>>> = {
  dataDestroyed:
    'Keep the old data: set DeletionPolicy and UpdateReplacePolicy to Retain, back up, and move the data before the switch.',
  dataDetached: 'Plan how the data get from the old store to the new one before anything reads from it.',
  dataMayBeReplaced:
    'Create a change set with property values to learn whether the data store is replaced, before you deploy.',
  triggersRemoved:
    'Check that nothing still relies on the removed trigger; work that it started stops at once.',
  alarmsRemoved: 'Add the replacement alarm first: the deployment itself would go unwatched.',
  accessRemoved: 'Check who still uses the permission (IAM Access Advisor, CloudTrail) before it goes.',
  accessWidened: 'Name actions, resources and principals instead of wildcards.',
  networkOpened: 'Limit the rule to the addresses or groups that need it.',
  networkClosed: 'Check flow logs for traffic that still passes by the rule.',
  routingChanged:
    'Deploy routing by itself, with low TTLs, and keep the old way open until traffic has moved.',
  keysChanged: 'Keep the old key or secret valid until all users have the new one.',
  protectionWeakened: 'Put the protection back, or say in the change why it may go.',
  capacityReduced: "Compare the lower capacity with the forecast of the targets' load.",
  platformChanged: 'Try the new version in another stage or on one instance first.',
  openIncidents: 'Wait until the open incident is over, unless this change is its fix.',
  recentFailures: 'Deploy in steps with a health gate: deployments here failed lately.',
  outsideHours: 'Deploy when those who know the system are at work.',
};
