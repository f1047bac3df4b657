/** Alarms of Forestall that a person has to look at, and why. */
const MIXED = 'Its messages come from several senders and partly can never be processed: a person sorts them';

export const LEFT_TO_PEOPLE: readonly { readonly alarm: RegExp; readonly reason: string }[] = [
  { alarm: /(?:Anomalies|Incidents)DeadLettersNotEmpty/, reason: MIXED },
  {
    alarm: /AnomaliesLagging|AlarmsIngestLagging/,
    reason: 'Consumers catch up by themselves; more of them would throttle the tables',
  },
  {
    alarm: /RotationNotSound|SecretDrillFailed/,
    reason: 'Another rotation could retire the version that still works',
  },
  { alarm: /AbuseSuspected/, reason: 'Revoking a key cuts off its sender, which a person decides' },
  {
    alarm: /AlarmsApiFailing|AlarmsFunctionsThrottled/,
    reason: 'Lambda replaces broken environments itself, and only AWS can raise the limit of an account',
  },
  {
    alarm: /AlarmsQuotaExceeded|AlarmsDataRefused|AlarmsDataParked/,
    reason: 'The sender has to change what it sends',
  },
  {
    alarm: /AlarmsQuotasUnchecked/,
    reason: 'The functions ask their table again at each request, and close the breaker themselves',
  },
  {
    alarm: /^(?:pipeline|edge)\/\w+Failing/,
    reason: 'A bug or a missing permission: see the log of the function',
  },
  { alarm: /Watch(?:Failed|TimedOut)/, reason: 'A deployment is watched once; its health is unknown' },
];
