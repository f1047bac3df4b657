/** Checks that data can be restored and that logs expire, as the stacks declare it. */
import type { Finding, Verdict } from './check.ts';
import { deleted } from './deleted.ts';
import type { BucketFact, LogGroupFact, TableFact } from './ports.ts';
import { SECTIONS } from './runbook-sections.ts';

const exist = <Fact extends { readonly isDeleted?: boolean }>(facts: readonly Fact[]): Fact[] =>
  facts.filter(({ isDeleted }) => isDeleted !== true);

/** A deployment would not bring its items back. */
const deletedTable = ({ name, id }: TableFact): Finding => ({
  ...deleted(name),
  action: `restore its system backup, which is kept for 35 days: aws dynamodb list-backups --table-name ${id} --backup-type SYSTEM`,
  runbook: SECTIONS.restore,
});

const unsafe = (table: TableFact): Finding[] => {
  if (table.isDeleted === true) return [deletedTable(table)];
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
  findings: exist(tables)
    .filter(({ expiresBy, isExpiring }) => expiresBy !== undefined && !isExpiring)
    .map(({ name, id, expiresBy }) => ({
      subject: name,
      problem: 'time to live is off: expired items stay, and the table grows for ever',
      action: `aws dynamodb update-time-to-live --table-name ${id} --time-to-live-specification Enabled=true,AttributeName=${expiresBy}`,
      runbook: SECTIONS.changedByHand,
    })),
});

const withoutRules = ({ name, rules, expectedRules, isDeleted }: BucketFact): Finding[] => {
  if (isDeleted === true) return [deleted(name)];
  if (rules >= expectedRules) return [];
  const problem = `${rules} of ${expectedRules} rules on when objects expire are on: objects stay for ever`;
  const action = 'add a rule to its bucket in lib/, deploy, remove it and deploy: this replaces all rules';
  return [{ subject: name, problem, action, runbook: SECTIONS.changedByHand }];
};

/** Each bucket has as many rules on when objects expire as its stack declares. */
export const judgeBuckets = (buckets: readonly BucketFact[]): Verdict => ({
  summary: `${buckets.length} buckets`,
  findings: buckets.flatMap(withoutRules),
});

/** Each table has the protection that its stack declares. */
export const judgeTables = (tables: readonly TableFact[]): Verdict => ({
  summary: `${tables.filter(({ isRecoverable }) => isRecoverable).length} of ${tables.length} tables can be restored to a point in time`,
  findings: tables.flatMap(unsafe),
});

const keptTooLong = ({ id, days, expectedDays, isDeleted }: LogGroupFact): Finding[] => {
  const runbook = SECTIONS.changedByHand;
  const keep = `aws logs put-retention-policy --log-group-name ${id} --retention-in-days ${expectedDays}`;
  if (isDeleted === true)
    return [
      { ...deleted(id), action: `aws logs create-log-group --log-group-name ${id} && ${keep}`, runbook },
    ];
  if (days === expectedDays) return [];
  const kept = days === undefined ? 'for ever' : `for ${days} days`;
  return [
    { subject: id, problem: `keeps lines ${kept}, expected ${expectedDays} days`, action: keep, runbook },
  ];
};

/** Each log group keeps its lines as long as its stack declares. */
export const judgeLogGroups = (groups: readonly LogGroupFact[]): Verdict => ({
  summary: `${groups.length} log groups`,
  findings: groups.flatMap(keptTooLong),
});
