/** Mocked clients of all services that actions use. */
import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { RDSClient } from '@aws-sdk/client-rds';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';

export const aws = {
  appConfig: mockClient(AppConfigClient),
  autoScaling: mockClient(AutoScalingClient),
  cloudFront: mockClient(CloudFrontClient),
  cloudWatch: mockClient(CloudWatchClient),
  ec2: mockClient(EC2Client),
  ecs: mockClient(ECSClient),
  loadBalancing: mockClient(ElasticLoadBalancingV2Client),
  lambda: mockClient(LambdaClient),
  rds: mockClient(RDSClient),
  secrets: mockClient(SecretsManagerClient),
  stepFunctions: mockClient(SFNClient),
  sqs: mockClient(SQSClient),
  ssm: mockClient(SSMClient),
};

/** What the mocked clients have in common. */
interface Mocked {
  reset(): unknown;
  calls(): readonly { readonly args: readonly unknown[] }[];
  onAnyCommand(): { rejects(error: Error): unknown };
}
const all: readonly Mocked[] = Object.values(aws);

export const resetAll = (): void => {
  for (const client of all) client.reset();
};

/** Every call of every service fails. */
export const failAll = (error: Error): void => {
  for (const client of all) client.onAnyCommand().rejects(error);
};

const READS = /^(?:Describe|Get|List)/;

/** Names and inputs of the commands that were sent and change something. */
export const changesSent = (): readonly (readonly [name: string, input: unknown])[] =>
  all
    .flatMap((client) => client.calls())
    .map(({ args: [sent] }) => Object(sent))
    .map((sent) => [String(sent.constructor.name).replace(/Command$/, ''), sent.input] as const)
    .filter(([name]) => !READS.test(name));

export const TENANT = 'acme';
export const ENVIRONMENT = 'prod';
export const ID = 'rem-0001';

/** Tags of the owner, as services list them. */
export const OWN_TAGS = [
  { Key: 'forestall:tenant', Value: TENANT },
  { Key: 'forestall:environment', Value: ENVIRONMENT },
];
export const OWN_TAG_MAP = { 'forestall:tenant': TENANT, 'forestall:environment': ENVIRONMENT };
export const ownTags = (own: boolean) => (own ? OWN_TAGS : []);
export const ownTagMap = (own: boolean): Record<string, string> => (own ? OWN_TAG_MAP : {});

/** An action on a resource, and what it should do. */
export interface ActionCase {
  readonly action: string;
  readonly resource: string;
  readonly parameters: Record<string, unknown>;
  readonly deployment?: { readonly deployed: string; readonly previous: string };
  /** Prepares the answers of the services: before the action, or once it has begun; with the tags of the owner, or without. */
  readonly answer: (phase: 'before' | 'begun', own: boolean) => void;
  readonly state: unknown;
  /** Service, operation and input of each call. */
  readonly calls: readonly (readonly [service: string, operation: string, input: unknown])[];
}
