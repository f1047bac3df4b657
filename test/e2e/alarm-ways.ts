/** The ways besides EventBridge in which CloudWatch delivers a state change of an alarm, as in its user guide. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { requireOutput } from '../../local/deploy.ts';
import type { SharedSession } from './shared-session.ts';

const ACCOUNT = '000000000000';
const instant = (at: number): string => new Date(at * 1000).toISOString().replace('Z', '+0000');

/** The message that an alarm publishes to its SNS topic. */
const notification = (alarmName: string, functionName: string, at: number) => ({
  AlarmName: alarmName,
  AlarmDescription: null,
  AWSAccountId: ACCOUNT,
  NewStateValue: 'ALARM',
  NewStateReason: 'Threshold Crossed: 1 datapoint (10.0) was greater than or equal to the threshold (1.0).',
  StateChangeTime: instant(at),
  Region: 'US East (N. Virginia)',
  AlarmArn: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:${alarmName}`,
  OldStateValue: 'OK',
  Trigger: {
    MetricName: 'Errors',
    Namespace: 'AWS/Lambda',
    StatisticType: 'Statistic',
    Statistic: 'SUM',
    Dimensions: [{ value: functionName, name: 'FunctionName' }],
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1.0,
  },
});

/** Publishes to the topic that the deployment names, as a CloudWatch alarm with that topic as its action does. */
export const publishAlarm = async (
  session: SharedSession,
  alarmName: string,
  functionName: string,
  at: number,
): Promise<void> => {
  const form = new URLSearchParams({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: requireOutput(session.outputs, 'AlarmSignalsTopicArn'),
    Message: JSON.stringify(notification(alarmName, functionName, at)),
  });
  const answer = await fetch(`http://127.0.0.1:${session.port}/`, {
    method: 'POST',
    // The emulator checks no signature and reads the service from the scope.
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sns/aws4_request' },
    body: form,
  });
  if (!answer.ok) throw new Error(`publishing failed: ${answer.status} ${await answer.text()}`);
};

/** Invokes the function that the deployment names, as a CloudWatch alarm with that function as its action does. */
export const invokeAsAction = async (
  session: SharedSession,
  alarmName: string,
  functionName: string,
  at: number,
): Promise<void> => {
  const state = { value: 'ALARM', reason: 'Threshold Crossed', timestamp: instant(at) };
  const metric = { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: functionName } };
  const payload = {
    source: 'aws.cloudwatch',
    alarmArn: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:${alarmName}`,
    accountId: ACCOUNT,
    time: instant(at),
    region: 'us-east-1',
    alarmData: {
      alarmName,
      state,
      previousState: { value: 'OK', reason: 'quiet', timestamp: instant(at - 600) },
      configuration: {
        metrics: [{ id: 'm1', metricStat: { metric, period: 60, stat: 'Sum' }, returnData: true }],
      },
    },
  };
  const { StatusCode } = await new LambdaClient().send(
    new InvokeCommand({
      FunctionName: requireOutput(session.outputs, 'AlarmSignalsFunctionArn'),
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(payload)),
    }),
  );
  if (StatusCode !== 202) throw new Error(`found status ${StatusCode}, expected 202`);
};
