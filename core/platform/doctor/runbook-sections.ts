/** Sections of the runbook that findings name, besides those that the alarms name. */
export const SECTIONS = {
  stacks: 'docs/runbook.md#a-stack-is-not-deployed',
  alarmDelivery: 'docs/runbook.md#alarm-mails-do-not-arrive',
  throttled: 'docs/runbook.md#functions-are-throttled',
  secrets: 'docs/runbook.md#secrets-are-not-rotated',
  originSecret: 'docs/runbook.md#replace-the-origin-secret',
  restore: 'docs/runbook.md#restore-a-table',
  changedByHand: 'docs/runbook.md#a-resource-was-changed-by-hand',
  parked: 'docs/runbook.md#accepted-points-are-parked',
  unreadable: 'docs/runbook.md#stored-items-cannot-be-read',
  /** For alarms and queues without a section of their own. */
  overview: 'docs/runbook.md#runbook',
} as const;
