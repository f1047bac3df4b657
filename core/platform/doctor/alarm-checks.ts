/** Checks that alarms reach people, and of the alarms that are raised now. */
import type { Finding, Verdict } from './check.ts';
import { deleted } from './deleted.ts';
import type { AlarmFact, AlarmTopicFact } from './ports.ts';
import { SECTIONS } from './runbook-sections.ts';

const runbook = SECTIONS.alarmDelivery;

/** Created again under its name, a topic has the ARN that alarms notify. */
const recreate = (topic: string): string => `aws sns create-topic --name ${topic.split(':').at(-1)}`;

const unreachable = ({ topic, subscriptions, isDeleted }: AlarmTopicFact): Finding[] => {
  if (isDeleted === true) {
    const action = `${recreate(topic)}, then subscribe the alarmEmails of the stage: aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint <address>`;
    return [{ subject: topic, problem: 'it was deleted with its subscriptions', action, runbook }];
  }
  if (subscriptions.length === 0) {
    const action = 'set alarmEmails in lib/config of the stage and deploy the Data stack';
    return [{ subject: topic, problem: 'no one is notified of alarms', action, runbook }];
  }
  return subscriptions
    .filter(({ isConfirmed }) => !isConfirmed)
    .map(({ endpoint }) => ({
      subject: endpoint,
      problem: 'the subscription to alarms is not confirmed',
      action: 'open the mail "AWS Notification - Subscription Confirmation" and confirm',
      runbook,
    }));
};

/** Each topic that alarms notify has subscribers, and all of them confirmed. */
export const judgeSubscriptions = (topics: readonly AlarmTopicFact[]): Verdict => {
  const subscriptions = topics.flatMap((topic) => topic.subscriptions);
  return {
    summary: `${subscriptions.length} subscriptions to alarms`,
    findings: topics.flatMap(unreachable),
  };
};

const silenced = ({ topic, isDeleted, mayAlarmsPublish }: AlarmTopicFact): Finding[] => {
  if (isDeleted === true) {
    const problem = 'it was deleted, so no alarm arrives';
    return [{ subject: topic, problem, action: recreate(topic), runbook }];
  }
  if (mayAlarmsPublish) return [];
  const problem = 'its policy does not let cloudwatch.amazonaws.com publish, so no alarm arrives';
  const action = 'deploy the Data stack; if nothing changes, restore the statement of its template';
  return [{ subject: topic, problem, action, runbook }];
};

/** CloudWatch may publish to each topic that alarms notify. */
export const judgeTopics = (topics: readonly AlarmTopicFact[]): Verdict => ({
  summary: `${topics.length} topics are notified by alarms`,
  findings: topics.flatMap(silenced),
});

const mute = ({ name, id, exists, areActionsEnabled, actions }: AlarmFact): Finding[] => {
  if (!exists) return [deleted(name)];
  if (!areActionsEnabled) {
    const action = `aws cloudwatch enable-alarm-actions --alarm-names ${id}`;
    return [{ subject: name, problem: 'its actions are disabled', action, runbook }];
  }
  if (actions > 0) return [];
  return [{ subject: name, problem: 'it notifies no topic', action: 'deploy its stack again', runbook }];
};

/** Each alarm notifies a topic. */
export const judgeAlarmActions = (alarms: readonly AlarmFact[]): Verdict => ({
  summary: `${alarms.length} alarms`,
  findings: alarms.flatMap(mute),
});

/** No alarm is raised. */
export const judgeAlarms = (alarms: readonly AlarmFact[]): Verdict => ({
  summary: `${alarms.length} alarms`,
  findings: alarms
    .filter(({ isRaised }) => isRaised)
    .map(({ name, reason, runbook }) => ({
      subject: name,
      problem: `is in alarm: ${reason}`,
      action: 'follow its section of the runbook',
      runbook: runbook ?? SECTIONS.overview,
    })),
});
