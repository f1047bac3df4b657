/** Problems that callers see: slow or failing requests, too many or too few of them. */
import { type AlertType, act, help, notifyOnly } from './alert-type.ts';

export const TRAFFIC_ALERTS: readonly AlertType[] = [
  {
    id: 'latency-high',
    title: 'Requests are slow',
    signals: [
      { aspects: ['latency'], trend: 'harm', shownAs: 'A metric of latency moves towards its limit' },
    ],
    response: act(
      help('restores-version', 'immediate', 'The version before was faster.'),
      help('adds-capacity', 'immediate', 'Requests wait less.'),
      help('moves-traffic', 'immediate', 'Others answer faster.'),
      help('limits-load', 'immediate', 'Those requests that are served are served in time.'),
      help('lifts-limit', 'short', 'Slow answers are no longer given up.', ['raise-timeout']),
      help('restarts', 'short', 'A fresh start helps if it slowed down over time.'),
    ),
  },
  {
    id: 'errors-high',
    title: 'Requests fail',
    signals: [
      {
        aspects: ['error-share', 'success-share'],
        trend: 'harm',
        shownAs: 'A metric of the share of errors or successes moves towards its limit',
      },
      {
        words: /\b(?:errors?|failures?|faults?|exceptions?|5 ?xx|timeouts?)\b/,
        trend: 'harm',
        shownAs: 'A metric or alarm names errors, failures or timeouts',
      },
    ],
    response: act(
      help('restores-version', 'immediate', 'The version before did not fail.'),
      help('moves-traffic', 'immediate', 'Others do not fail.'),
      help('limits-load', 'immediate', 'What is broken is no longer called.'),
      help('restarts', 'immediate', 'A fresh start helps if its state is damaged.'),
      help('lifts-limit', 'short', 'Slow answers are no longer given up.', ['raise-timeout']),
      help('repairs', 'short', 'Broken entries of a cache are no longer served.', [
        'clear-cache',
        'invalidate-cache',
      ]),
    ),
  },
  {
    id: 'traffic-surge',
    title: 'Traffic surges',
    signals: [
      { aspects: ['request-rate'], trend: 'rise', shownAs: 'A metric of requests rises above its limit' },
    ],
    response: act(
      help('adds-capacity', 'immediate', 'More units serve more requests.'),
      help('lifts-limit', 'immediate', 'A limit that is too low refuses requests that could be served.', [
        'raise-concurrency',
        'raise-rate-limit',
      ]),
      help('limits-load', 'immediate', 'Requests that cannot be served are refused early.'),
      help('moves-traffic', 'short', 'Others have capacity to spare.'),
    ),
  },
  {
    id: 'traffic-drop',
    title: 'Traffic is missing',
    signals: [
      { aspects: ['request-rate'], trend: 'fall', shownAs: 'A metric of requests falls below its limit' },
    ],
    response: notifyOnly(
      'The cause lies with callers or in front of the resource, so no action on it brings the requests back.',
    ),
  },
];
