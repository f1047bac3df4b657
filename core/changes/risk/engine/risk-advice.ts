import type { FeatureName } from './feature-catalogue.ts';

/** How to lower the risk of each feature. */
export const ADVICE: Readonly<Partial<Record<FeatureName, string>>> = {
  dataDestroyed:
    'Keep the old data: set DeletionPolicy and UpdateReplacePolicy to Retain, take a backup, and migrate the data before you switch.',
  dataDetached: 'Migrate the data from the old store to the new one before anything reads from it.',
  dataMayBeReplaced:
    'Create a change set with property values to find out whether the data store is replaced before you deploy.',
  triggersRemoved:
    'Check that nothing relies on the removed trigger: the work that it started stops immediately.',
  alarmsRemoved: 'Add the replacement alarm first, so that the deployment itself is monitored.',
  accessRemoved: 'Check who still uses the permission (IAM Access Advisor, CloudTrail) before you remove it.',
  accessWidened: 'Replace wildcards with specific actions, resources and principals.',
  networkOpened: 'Limit the rule to the addresses or groups that need it.',
  networkClosed: 'Check the flow logs for traffic that still uses the rule.',
  routingChanged:
    'Deploy routing changes separately, with low TTLs, and keep the old route until traffic has moved.',
  keysChanged: 'Keep the old key or secret valid until all clients use the new one.',
  protectionWeakened: 'Restore the protection, or explain in the change why it is no longer needed.',
  capacityReduced: "Compare the lower capacity with the forecast of the targets' load.",
  platformChanged: 'Test the new version in another stage or on one instance first.',
  openIncidents: 'Wait until the open incident is resolved, unless this change fixes it.',
  recentFailures: 'Deploy in steps with a health gate, because recent deployments failed.',
  outsideHours: 'Deploy during working hours, when people who know the system are available.',
};
