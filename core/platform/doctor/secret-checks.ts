/** Checks that every secret rotates, and that functions can use its versions. */
import { DAY_SECONDS, isoDate } from '../../shared/time.ts';
import { type ProblemKind, problemsOf } from '../secrets/check-secrets.ts';
import type { Finding, Verdict } from './check.ts';
import { deleted } from './deleted.ts';
import type { SecretFact, SecretVersionFact } from './ports.ts';
import { SECTIONS } from './runbook-sections.ts';

const runbook = SECTIONS.secrets;

/** The command against each problem of a rotation. */
const ACTIONS: Readonly<Record<ProblemKind, (secret: SecretFact) => string>> = {
  off: ({ id, rotator, rotationDays }) =>
    rotator === undefined
      ? 'deploy the Pipeline stack'
      : `aws secretsmanager rotate-secret --secret-id ${id} --rotation-lambda-arn ${rotator} --rotation-rules AutomaticallyAfterDays=${rotationDays} --no-rotate-immediately`,
  stuck: ({ id, pendingId }) =>
    `read why RotateSecret failed, then: aws secretsmanager rotate-secret --secret-id ${id} --client-request-token ${pendingId}`,
  overdue: ({ id }) => `aws secretsmanager rotate-secret --secret-id ${id}`,
};

/** A secret without a schedule is replaced by hand, at least as often as this. */
const MAX_AGE_DAYS = 180;

/** The secret that CloudFront sends takes effect with a deployment, so no function can rotate it. */
const ageFindings = ({ name: subject, id, currentSince, readAt }: SecretFact): Finding[] =>
  readAt - currentSince <= MAX_AGE_DAYS * DAY_SECONDS * 1000
    ? []
    : [
        {
          subject,
          problem: `it was last replaced on ${isoDate(currentSince)}, and no schedule does it: expected every ${MAX_AGE_DAYS} days`,
          action: `aws secretsmanager put-secret-value --secret-id ${id} --secret-string "{\\"key\\":\\"$(openssl rand -hex 32)\\"}", then set waf.originSecretVersion and deploy`,
          runbook: SECTIONS.originSecret,
        },
      ];

const rotationFindings = (secret: SecretFact): Finding[] => {
  const { name: subject, rotationDays, readAt } = secret;
  if (rotationDays === undefined) return ageFindings(secret);
  return problemsOf(secret, rotationDays, readAt).map(({ kind, problem }) => ({
    ...{ subject, problem, action: ACTIONS[kind](secret), runbook },
  }));
};

/**
 * With an unusable current version nothing can be signed. The version before becomes current again; the label that Secrets
 * Manager then gives to the unusable one is taken away, because functions read that version, too.
 */
const repair = ({ id, versions }: SecretFact, broken: SecretVersionFact): string => {
  const before = versions.find(({ label, content }) => label === 'previous' && content === 'valid');
  const move = `aws secretsmanager update-secret-version-stage --secret-id ${id} --version-stage`;
  if (broken.label === 'current' && before !== undefined)
    return `${move} AWSCURRENT --move-to-version-id ${before.id} --remove-from-version-id ${broken.id} && ${move} AWSPREVIOUS --remove-from-version-id ${broken.id}`;
  return broken.label === 'current'
    ? `store a valid one: aws secretsmanager put-secret-value --secret-id ${id} --secret-string file://content.json`
    : `rotate it, which replaces this version: aws secretsmanager rotate-secret --secret-id ${id}`;
};

const contentFindings = (secret: SecretFact): Finding[] =>
  secret.versions
    .filter(({ content }) => content === 'invalid')
    .map((version) => ({
      subject: secret.name,
      problem: `its ${version.label} version cannot be used: ${version.reason}`,
      action: repair(secret, version),
      runbook,
    }));

const unsound = (secret: SecretFact): Finding[] => {
  const { name, id, state } = secret;
  if (state === 'deleted') return [{ ...deleted(name), runbook }];
  if (state === 'deleting') {
    const problem = 'it will be deleted, and cannot be read until then';
    return [
      { subject: name, problem, action: `aws secretsmanager restore-secret --secret-id ${id}`, runbook },
    ];
  }
  return [...rotationFindings(secret), ...contentFindings(secret)];
};

/** Each secret rotates or is replaced in time, no rotation is stuck, and its current and previous version can be used. */
export const judgeSecrets = (secrets: readonly SecretFact[]): Verdict => {
  const versions = secrets.flatMap((secret) => secret.versions);
  const unread = versions.filter(({ content }) => content === 'unread').length;
  const note = unread === 0 ? '' : `; ${unread} not read: needs permission secretsmanager:GetSecretValue`;
  return {
    summary: `${secrets.length} secrets with ${versions.length} versions in use${note}`,
    findings: secrets.flatMap(unsound),
  };
};
