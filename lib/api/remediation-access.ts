import { allowAnswers } from '../platform/answer-tasks.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';
import type { SecretStore } from '../platform/secret-store.ts';
import type { DecisionBucket } from '../remediation/decision-bucket.ts';
import type { RemediationTable } from '../remediation/remediation-table.ts';

/** What the API needs of remediation. */
export interface RemediationParts {
  readonly remediations: RemediationTable;
  readonly decisions: DecisionBucket;
  /** The workflow `remediate`, and what starts it. */
  readonly remediationWorkflow: { readonly machineArn: string; readonly startArn: string };
}

/** Read remediations, policies, and decisions with their inputs. */
export const grantReadRemediations = (
  reader: ObservedFunction,
  { remediations, decisions }: RemediationParts,
): void => {
  remediations.grantGet(reader);
  remediations.grantList(reader);
  decisions.grantReadInputs(reader);
};

/** Record decisions of people, start the workflow, and continue one that waits for people. */
export const grantDecide = (
  decider: ObservedFunction,
  { remediations, remediationWorkflow, secrets }: RemediationParts & { readonly secrets: SecretStore },
): void => {
  remediations.grantCommit(decider);
  secrets.grantVerify(decider, 'approval');
  decider.fn.addEnvironment('REMEDIATION_WORKFLOW_ARN', remediationWorkflow.startArn);
  decider.allow(['states:StartExecution'], [remediationWorkflow.machineArn]);
  allowAnswers(decider);
};
