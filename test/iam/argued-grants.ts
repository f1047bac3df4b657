/** Grants that no recorded or derived call needs, each with the reason why it stays. */
export interface ArguedGrant {
  /** Logical id of the role, or the ARN of the resource whose policy contains the grant. */
  readonly holder: RegExp;
  readonly actions: readonly string[];
  /** The service that a resource's policy allows to call. */
  readonly service?: string;
  /** True if some runs of the end-to-end tests need it, by the order in which they come. */
  readonly isUsedAtTimes?: true;
  readonly reason: string;
}

export const ARGUED_GRANTS: readonly ArguedGrant[] = [
  {
    holder: /^SelfHealingHealPlatformRole\w{8}$/,
    actions: [
      ...['sqs:StartMessageMoveTask', 'sqs:ListMessageMoveTasks', 'sqs:ReceiveMessage'],
      ...['sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    ],
    reason:
      'They return dead letters to their queue, which the emulator cannot; the adapter tests make both calls, and SQS demands the others of the caller',
  },
  {
    holder: /^SelfHealingHealPlatformRole\w{8}$/,
    actions: ['s3:GetObject', 's3:ListBucket'],
    reason:
      'It compares inputs that a run wrote before it died; the end-to-end tests kill none there, and test/adapters/remediation/stores-contract.test.ts makes the call',
  },
  {
    holder:
      /^(?:Remediation(?:ChooseAction|ExecuteAction|RequestApproval|VerifyRemediation|CloseRemediation)|FunctionsQueryApi)Role\w{8}$/,
    actions: ['s3:ListBucket'],
    reason:
      'Without it S3 answers 403 instead of 404 for inputs of a decision that are missing, which they never are in the tests',
  },
  {
    holder: /^RemediationCloseRemediationRole\w{8}$/,
    actions: ['s3:GetObject', 's3:PutObject', 'events:PutEvents'],
    reason:
      'It records and announces what it decides about a run that was stopped; test/unit/remediation/runs/close.test.ts stops one at each step',
  },
  {
    holder: /^Remediation(?:ChooseAction|ExecuteAction|RequestApproval)Role\w{8}$/,
    actions: ['s3:GetObject'],
    isUsedAtTimes: true,
    reason:
      'They compare inputs that were already recorded, by a repeated step or by an equal decision, with what they would write; test/adapters/remediation/stores-contract.test.ts makes the call',
  },
  {
    holder: /^Remediation(?:ChooseAction|ExecuteAction)Role\w{8}$/,
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    reason:
      'They share the circuit breakers of actions, which stay closed; test/e2e/breakers.test.ts opens one',
  },
  {
    holder: /^Remediation(?:ChooseAction|ExecuteAction|RequestApproval)Role\w{8}$/,
    actions: ['dynamodb:GetItem', 'dynamodb:Query'],
    isUsedAtTimes: true,
    reason:
      'They read the measurements of the objectives of a policy, which the end-to-end tests have none of; test/unit/remediation/gathering/read-error-budget.test.ts makes the calls',
  },
  {
    holder: /^FunctionsCommandRemediationsRole\w{8}$/,
    actions: ['events:PutEvents'],
    isUsedAtTimes: true,
    reason:
      'It announces that an undoing waits for people; test/unit/remediation/approval/undo-request.test.ts asks for one',
  },
  {
    holder: /^RemediationRequestApprovalRole\w{8}$/,
    actions: ['states:SendTaskSuccess'],
    isUsedAtTimes: true,
    reason:
      'It continues a workflow whose question was answered before its step was repeated; test/workflows/remediate-faults.test.ts repeats it',
  },
  {
    holder: /^ForecastsCloseForecastRunRole\w{8}$/,
    actions: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    reason:
      'It keeps the scores of a run nine hours after its forecasts, and the end-to-end tests take less; test/adapters/models/score-files.test.ts makes the calls',
  },
  {
    holder: /^IncidentsDiagnoseIncidentRole\w{8}$/,
    actions: ['s3:GetObject', 's3:ListBucket'],
    isUsedAtTimes: true,
    reason:
      'It compares inputs of a diagnosis that an earlier attempt recorded; test/adapters/remediation/stores-contract.test.ts makes the call',
  },
  {
    holder: /^RemediationIntakeStartRemediationsRole\w{8}$/,
    actions: ['sqs:SendMessage'],
    isUsedAtTimes: true,
    reason:
      'It parks messages that cannot be read; test/unit/remediation/handlers/start-remediations.test.ts sends some',
  },
  {
    holder: /^FunctionsProvisionPeopleRole\w{8}$/,
    actions: ['cognito-idp:AdminDisableProviderForUser', 'cognito-idp:AdminLinkProviderForUser'],
    reason:
      'They link people to an identity provider, which the emulator has none of; the adapter tests make both calls',
  },
  {
    holder: /^FunctionsProvisionPeopleRole\w{8}$/,
    actions: ['cognito-idp:UpdateGroup'],
    reason:
      'It stores the id that a directory gives a group; the emulator lacks it, and the adapter tests call it',
  },
  {
    holder: /^RotationRotateSecretRole\w{8}$/,
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    reason:
      'It shares the circuit breakers of integrations, of which the stage `local` has none; test/adapters/platform/rotate-integration.test.ts makes both calls',
  },
  {
    holder: /-RotationRotateSecretFunction\w{8}$/,
    actions: ['lambda:InvokeFunction'],
    service: 'secretsmanager.amazonaws.com',
    reason:
      'Secrets Manager invokes it for each step of a rotation; the emulator does so without the permission',
  },
  {
    holder: /^SecretDrillBeginSecretDrillRole\w{8}$/,
    actions: ['lambda:InvokeFunction'],
    reason: 'Secrets Manager demands it of whoever starts a rotation; the emulator does not',
  },
  {
    holder: /^(Ingest|Incidents|RemediationIntake)\w+Role\w{8}$/,
    actions: ['sqs:ChangeMessageVisibility', 'sqs:GetQueueUrl'],
    reason:
      "CDK's event source grants them with the calls that Lambda needs; they reach only the consumed queue",
  },
  {
    holder: /-(?:Incidents(?:Signals|Diagnoses)|RemediationIntakeCauses)Queue\w{8}$/,
    actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
    service: 'events.amazonaws.com',
    reason:
      "CDK's rule target grants them with SendMessage; only the rule may use them, and they return no message",
  },
];
