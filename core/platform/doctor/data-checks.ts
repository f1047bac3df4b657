/** Checks that data can be restored and that logs expire, as the stacks declare it. */
import type { Finding, Verdict } from './check.ts';
import type { BucketFact, LogGroupFact, TableFact } from './ports.ts';
import { SECTIONS } from './runbook-sections.ts';

const unsafe = (table: TableFact): Finding[] => {
  const { name: subject, id } = table;
  const runbook = SECTIONS.restore;
  const findings: Finding[] = [];
  if (table.shouldBeRecoverable && !table.isRecoverable)
    findings.push({
      subject,
      problem: 'point-in-time recovery is off: a wrong delete cannot be undone',
      action: `aws dynamodb update-continuous-backups --table-name ${id} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=35`,
      runbook,
    });
  if (table.shouldBeProtected && !table.isProtected)
    findings.push({
      subject,
      problem: 'it is not protected against deletion',
      action: `aws dynamodb update-table --table-name ${id} --deletion-protection-enabled`,
      runbook,
    });
  return findings;
};

/** Each table deletes expired items, if its stack declares it. */
export const judgeExpiry = (tables: readonly TableFact[]): Verdict => ({
  summary: `${tables.filter(({ isExpiring }) => isExpiring).length} of ${tables.length} tables delete expired items`,
  findings: tables
    .filter(({ expiresBy, isExpiring }) => expiresBy !== undefined && !isExpiring)
    .map(({ name, id, expiresBy }) => ({
      subject: name,
      problem: 'time to live is off: expired items stay, and the table grows for ever',
      action: `aws dynamodb update-time-to-live --table-name ${id} --time-to-live-specification Enabled=true,AttributeName=${expiresBy}`,
      runbook: SECTIONS.changedByHand,
    })),
});

/** Each bucket has as many rules on when objects expire as its stack declares. */
export const judgeBuckets = (buckets: readonly BucketFact[]): Verdict => ({
  summary: `${buckets.length} buckets`,
  findings: buckets
    .filter(({ rules, expectedRules }) => rules < expectedRules)
    .map(({ name, rules, expectedRules }) => ({
      subject: name,
      problem: `${rules} of ${expectedRules} rules on when objects expire are on: objects stay for ever`,
      action: 'add a rule to its bucket in lib/, deploy, remove it and deploy: this replaces all rules',
      runbook: SECTIONS.changedByHand,
    })),
});

/** Each table has the protection that its stack declares. */
export const judgeTables = (tables: readonly TableFact[]): Verdict => ({
  summary: `${tables.filter(({ isRecoverable }) => isRecoverable).length} of ${tables.length} tables can be restored to a point in time`,
  findings: tables.flatMap(unsafe),
});

/** Each log group keeps its lines as long as its stack declares. */
export const judgeLogGroups = (groups: readonly LogGroupFact[]): Verdict => ({
  summary: `${groups.length} log groups`,
  findings: groups
    .filter(({ days, expectedDays }) => days !== expectedDays)
    .map(({ id, days, expectedDays }) => ({
      subject: id,
      problem: `keeps lines ${days === undefined ? 'for ever' : `for ${days} days`}, expected ${expectedDays} days`,
      action: `aws logs put-retention-policy --log-group-name ${id} --retention-in-days ${expectedDays}`,
      runbook: SECTIONS.changedByHand,
    })),
});
