/** Problems of services that their own metrics and alarms name. */
import { type AlertType, act, help, OWN_RUNBOOKS } from './alert-type.ts';

const CLIENT_RESTARTS = ['restart-service', 'restart-deployment', 'recycle-pod', 'restart-process'] as const;

export const SERVICE_ALERTS: readonly AlertType[] = [
  {
    id: 'dead-letters',
    title: 'Messages end in a dead-letter queue',
    signals: [
      {
        words: /\b(?:dlq|dead ?letters?)\b/,
        trend: 'harm',
        shownAs: 'A metric or alarm names a dead-letter queue',
      },
    ],
    response: act(
      help('restores-version', 'immediate', 'A bad release is the most frequent reason for dead letters.'),
      help('works-off-backlog', 'short', 'Once their cause is removed, the messages can be processed.'),
      help('repairs', 'short', 'Your own runbook removes what makes messages fail.', OWN_RUNBOOKS),
    ),
  },
  {
    id: 'crash-loop',
    title: 'Pods or tasks crash again and again',
    signals: [
      {
        words:
          /\b(?:crash ?loop\w*|back ?off|restarts?|oom ?kill\w*|(?:pods?|tasks?|containers?) (?:crash\w*|failed|stopped))\b/,
        trend: 'harm',
        shownAs: 'A metric or alarm names restarts or crashes of pods, tasks or containers',
      },
    ],
    response: act(
      help('restores-version', 'immediate', 'The version before did not crash.'),
      help('restarts', 'immediate', 'A fresh start helps if its state is damaged.', [
        'recycle-pod',
        'restart-service',
        'restart-deployment',
      ]),
      help('repairs', 'short', 'Your own runbook removes what makes it crash.', OWN_RUNBOOKS),
      help('notifies', 'immediate', 'Your own system can act.'),
    ),
  },
  {
    id: 'host-down',
    title: 'A host is dead or unhealthy',
    signals: [
      {
        words:
          /\b(?:status check|health check|healthy hosts?|un ?healthy|heartbeat|(?:host|instance|node) (?:down|unreachable|not ready))\b|^up$/,
        trend: 'harm',
        shownAs: 'A metric or alarm names failed checks of health or hosts that are down',
      },
    ],
    response: act(
      help('moves-traffic', 'immediate', 'Healthy hosts can serve its traffic.'),
      help('adds-capacity', 'immediate', 'Another host takes over its share.'),
      help('restarts', 'immediate', 'A reboot or a replacement brings a hung host back.', [
        'reboot-instance',
        'reboot-database',
        'refresh-group',
        'recycle-pod',
        'restart-service',
      ]),
      help('repairs', 'short', 'Your own runbook recovers the host.', OWN_RUNBOOKS),
      help('notifies', 'immediate', 'Your own system can act.'),
    ),
  },
  {
    id: 'queue-backlog',
    title: 'A queue grows',
    signals: [
      {
        words:
          /\b(?:backlog|oldest message|iterator age|consumer lag|messages? (?:visible|ready|waiting)|queue (?:depth|length|size))\b/,
        trend: 'harm',
        shownAs: 'A metric or alarm names the length or age of a queue',
      },
    ],
    response: act(
      help('adds-capacity', 'immediate', 'More consumers work the queue off sooner.'),
      help('lifts-limit', 'immediate', 'A consumer that is held back can run faster.', ['raise-concurrency']),
      help('restarts', 'short', 'A consumer that hangs consumes again.', CLIENT_RESTARTS),
      help('restores-version', 'short', 'The version before was faster.'),
    ),
  },
  {
    id: 'database-connections',
    title: 'Database connections run out',
    signals: [
      {
        words:
          /\b(?:database|db|rds|sql|postgres\w*|pg|mysql) (?:client )?connections?\b|\bconnection pool\b|\btoo many connections\b/,
        trend: 'harm',
        shownAs: 'A metric or alarm names connections of a database',
      },
    ],
    response: act(
      help('limits-load', 'immediate', 'Fewer requests at once need fewer connections.'),
      help('restarts', 'immediate', 'Clients that leak connections give them back.', CLIENT_RESTARTS),
      help('removes-capacity', 'short', 'Fewer clients hold fewer connections.'),
      help('restores-version', 'short', 'The version before needed fewer connections.'),
      help('repairs', 'long', 'Your own runbook enlarges the pool or adds a proxy.', OWN_RUNBOOKS),
    ),
  },
  {
    id: 'throttled',
    title: 'Requests are throttled',
    signals: [
      {
        words: /\b(?:throttl\w*|rate exceeded|too many requests|429|rejected (?:executions?|requests?))\b/,
        trend: 'harm',
        shownAs: 'A metric or alarm names throttled or rejected requests',
      },
    ],
    response: act(
      help('lifts-limit', 'immediate', 'A higher limit lets the requests pass.', [
        'raise-concurrency',
        'raise-rate-limit',
      ]),
      help('limits-load', 'immediate', 'Callers that send less are refused less.', [
        'lower-rate-limit',
        'enable-circuit-breaker',
      ]),
      help('repairs', 'long', 'Your own runbook asks for a higher quota.', OWN_RUNBOOKS),
    ),
  },
  {
    id: 'quota-near',
    title: 'A quota is nearly used up',
    signals: [
      {
        words: /\b(?:quotas?|service limits?|limit usage)\b/,
        trend: 'harm',
        shownAs: 'A metric or alarm names a quota',
      },
    ],
    response: act(
      help('repairs', 'long', 'Your own runbook asks for a higher quota.', OWN_RUNBOOKS),
      help('removes-capacity', 'short', 'Units that are not needed use up the quota too.'),
      help('limits-load', 'short', 'Less load needs less of the quota.'),
      help('notifies', 'long', 'Your own system can ask for a higher quota.'),
    ),
  },
];
