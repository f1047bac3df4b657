import type { PriceKey } from '../core/platform/billing/prices.ts';

/**
 * Cost of an idle resource: `usage` none, `month` a monthly price, `hour` a running machine. The infrastructure tests
 * reject `hour`, and any type that is not listed here.
 */
export type BillingModel =
  | { readonly bills: 'usage' }
  | { readonly bills: 'month'; readonly price: PriceKey }
  | { readonly bills: 'hour' };

const usage: BillingModel = { bills: 'usage' };
const hour: BillingModel = { bills: 'hour' };

/** By CloudFormation type. Add each new type with the model on its pricing page. */
export const BILLING_MODELS: Readonly<Record<string, BillingModel>> = {
  'AWS::ApiGatewayV2::Api': usage,
  'AWS::ApiGatewayV2::ApiMapping': usage,
  'AWS::ApiGatewayV2::Authorizer': usage,
  'AWS::ApiGatewayV2::DomainName': usage,
  'AWS::ApiGatewayV2::Integration': usage,
  'AWS::ApiGatewayV2::Route': usage,
  'AWS::ApiGatewayV2::Stage': usage,
  'AWS::CloudFront::Distribution': usage,
  'AWS::CloudFront::ResponseHeadersPolicy': usage,
  'AWS::CloudWatch::Alarm': { bills: 'month', price: 'alarmMonth' },
  'AWS::CloudWatch::Dashboard': { bills: 'month', price: 'dashboardMonth' },
  'AWS::Cognito::UserPool': usage,
  'AWS::Cognito::UserPoolClient': usage,
  'AWS::Cognito::UserPoolDomain': usage,
  'AWS::Cognito::UserPoolIdentityProvider': usage,
  'AWS::DynamoDB::GlobalTable': usage,
  'AWS::EC2::NatGateway': hour,
  'AWS::EC2::VPCEndpoint': hour,
  'AWS::Events::EventBus': usage,
  'AWS::Events::Rule': usage,
  'AWS::IAM::ManagedPolicy': usage,
  'AWS::IAM::Policy': usage,
  'AWS::IAM::Role': usage,
  'AWS::KMS::Key': { bills: 'month', price: 'kmsKeyMonth' },
  'AWS::Lambda::EventInvokeConfig': usage,
  'AWS::Lambda::EventSourceMapping': usage,
  'AWS::Lambda::Function': usage,
  'AWS::Lambda::Permission': usage,
  // Code of versions counts towards 75 GB, which are free.
  'AWS::Lambda::Version': usage,
  'AWS::Logs::LogGroup': usage,
  'AWS::Logs::QueryDefinition': usage,
  'AWS::S3::Bucket': usage,
  'AWS::S3::BucketPolicy': usage,
  'AWS::SageMaker::Endpoint': hour,
  'AWS::Scheduler::Schedule': usage,
  'AWS::SecretsManager::RotationSchedule': usage,
  'AWS::SecretsManager::Secret': { bills: 'month', price: 'secretMonth' },
  'AWS::SNS::Subscription': usage,
  'AWS::SNS::Topic': usage,
  'AWS::SNS::TopicPolicy': usage,
  'AWS::SQS::Queue': usage,
  'AWS::SQS::QueuePolicy': usage,
  'AWS::SSM::Parameter': usage,
  'AWS::StepFunctions::StateMachine': usage,
  'AWS::StepFunctions::StateMachineAlias': usage,
  'AWS::StepFunctions::StateMachineVersion': usage,
  'AWS::WAFv2::WebACL': { bills: 'month', price: 'webAclMonth' },
};
