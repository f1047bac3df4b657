/** Problems that a person or a change brought about, or that no telemetry shows. */
import { type AlertType, act, help, notifyOnly, OWN_RUNBOOKS } from './alert-type.ts';

export const CHANGE_ALERTS: readonly AlertType[] = [
  {
    id: 'requested',
    title: 'A person asks for an action',
    signals: [{ cause: 'request', shownAs: 'A person asks for one action of one resource' }],
    response: { kind: 'as-requested' },
  },
  {
    id: 'telemetry-missing',
    title: 'Telemetry is missing',
    signals: [{ isSilent: true, shownAs: 'Points that were due did not arrive' }],
    response: notifyOnly('Without fresh telemetry nobody can tell whether an action helped.'),
  },
  {
    id: 'failed-deployment',
    title: 'A deployment failed',
    signals: [
      { cause: 'unhealthy-deployment', shownAs: 'A deployment was found unhealthy' },
      {
        cause: 'incident',
        hasChange: true,
        shownAs: 'A change shortly before is among the likely causes of an incident',
      },
      {
        words:
          /\b(?:deploys?|deployments?|rollouts?|releases?|canary) (?:failed|failures?|stuck|unhealthy)\b/,
        shownAs: 'An alarm names a failed deployment or rollout',
      },
    ],
    response: act(
      help('restores-version', 'immediate', 'The version before the deployment worked.'),
      help('moves-traffic', 'immediate', 'Traffic can go to a version or group that works.'),
      help('limits-load', 'short', 'What the deployment broke no longer harms what it calls.', [
        'enable-circuit-breaker',
        'limit-concurrency',
      ]),
      help('repairs', 'short', 'Your own runbook knows how to repair it.', OWN_RUNBOOKS),
      help('notifies', 'immediate', 'The pipeline can stop the release.'),
    ),
  },
  {
    id: 'configuration-drift',
    title: 'Configuration has drifted',
    signals: [
      {
        words: /\b(?:drift|drifted|non ?compliant|compliance|out of sync)\b/,
        shownAs: 'A metric or alarm names drift or compliance',
      },
    ],
    response: act(
      help('repairs', 'short', 'Your own runbook restores the configuration that is meant.', OWN_RUNBOOKS),
      help('notifies', 'short', 'The system that owns the configuration can restore it.'),
    ),
  },
  {
    id: 'certificate-expiry',
    title: 'A certificate is about to expire',
    signals: [
      {
        words:
          /\b(?:certificates?|certs?|tls|ssl|acm)(?: [a-z]+)? expir|\bdays to expiry\b|\bexpir[a-z]* (?:[a-z]+ )?cert/,
        shownAs: 'A metric or alarm names the expiry of a certificate',
      },
    ],
    response: act(
      help('repairs', 'long', 'Your own runbook renews the certificate.', OWN_RUNBOOKS),
      help('notifies', 'long', 'The system that issues the certificate can renew it.'),
    ),
  },
  {
    id: 'secret-expiry',
    title: 'A secret is about to expire',
    signals: [
      {
        words: /\b(?:secrets?|tokens?|passwords?|credentials?|keys?)(?: [a-z]+)? (?:expir|rotation)/,
        shownAs: 'A metric or alarm names the expiry or rotation of a secret',
      },
    ],
    response: act(
      help('repairs', 'long', 'Your own runbook rotates the secret.', OWN_RUNBOOKS),
      help('restarts', 'short', 'After a restart the service reads the secret that was rotated.', [
        'restart-service',
        'restart-deployment',
        'recycle-pod',
        'restart-process',
      ]),
      help('notifies', 'long', 'The system that owns the secret can rotate it.'),
    ),
  },
];
