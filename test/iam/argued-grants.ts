/** Grants that no recorded or derived call needs, each with the reason why it stays. */
export interface ArguedGrant {
  /** Logical id of the role, or the ARN of the resource whose policy contains the grant. */
  readonly holder: RegExp;
  readonly actions: readonly string[];
  /** The service that a resource's policy allows to call. */
  readonly service?: string;
  readonly reason: string;
}

export const ARGUED_GRANTS: readonly ArguedGrant[] = [
  {
    holder: /^Functions(StartForecastRun|Command(Incidents|Changes|Settings))Role\w{8}$/,
    actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
    reason:
      'They verify access tokens as query-api does; the end-to-end tests send tokens to that function alone',
  },
  {
    holder: /^RotationVaultReencryptVaultRole\w{8}$/,
    actions: ['dynamodb:Query', 'dynamodb:UpdateItem'],
    reason:
      'The vault is empty in the end-to-end run, so nothing is sealed again; the adapter tests make both calls',
  },
  {
    holder: /:function:RotationRotateSecretFunction\w{8}$/,
    actions: ['lambda:InvokeFunction'],
    service: 'secretsmanager.amazonaws.com',
    reason:
      'Secrets Manager invokes it for each step of a rotation; the emulator does so without the permission',
  },
  {
    holder: /^FunctionsReceiveWebhookRole\w{8}$/,
    actions: [
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'states:StartExecution',
    ],
    reason:
      'A webhook executes the command of POST /v1/changes, whose calls by command-changes need each of them',
  },
  {
    holder: /^SecretDrillBeginSecretDrillRole\w{8}$/,
    actions: ['lambda:InvokeFunction'],
    reason: 'Secrets Manager demands it of whoever starts a rotation; the emulator does not',
  },
  {
    holder: /^(Ingest|Incidents)\w+Role\w{8}$/,
    actions: ['sqs:ChangeMessageVisibility', 'sqs:GetQueueUrl'],
    reason:
      "CDK's event source grants them with the calls that Lambda needs; they reach only the consumed queue",
  },
  {
    holder: /:Incidents(Signals|Diagnoses)Queue\w{8}$/,
    actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'],
    service: 'events.amazonaws.com',
    reason:
      "CDK's rule target grants them with SendMessage; only the rule may use them, and they return no message",
  },
];
