/** Problems of resources that run short, as the meaning of the metric says. */
import { type AlertType, act, help, OWN_RUNBOOKS } from './alert-type.ts';

export const RESOURCE_ALERTS: readonly AlertType[] = [
  {
    id: 'disk-full',
    title: 'Disk space runs out',
    signals: [
      {
        aspects: ['disk-space'],
        trend: 'harm',
        shownAs: 'A metric of disk space moves towards a full disk',
      },
    ],
    response: act(
      help('frees-space', 'immediate', 'Less is stored, or the disk is larger.'),
      help('lifts-limit', 'preventive', 'The storage can go on growing by itself.', ['raise-storage-limit']),
      help('repairs', 'short', 'Your own runbook frees or adds space.', OWN_RUNBOOKS),
    ),
  },
  {
    id: 'memory-leak',
    title: 'Memory leaks',
    signals: [
      {
        aspects: ['memory'],
        trend: 'harm',
        isGradual: true,
        shownAs: 'A metric of memory moves steadily towards its limit',
      },
    ],
    response: act(
      help('restarts', 'immediate', 'A restart gives back what leaked, until it has leaked again.'),
      help('restores-version', 'short', 'The version before did not leak.'),
      help('adds-capacity', 'short', 'More units share the load, so each leaks more slowly.'),
      help('repairs', 'preventive', 'Your own runbook removes the leak.', OWN_RUNBOOKS),
    ),
  },
  {
    id: 'memory-high',
    title: 'Memory is short',
    signals: [{ aspects: ['memory'], trend: 'harm', shownAs: 'A metric of memory moves towards its limit' }],
    response: act(
      help('adds-capacity', 'immediate', 'More units share the load.'),
      help('limits-load', 'immediate', 'Less work at once needs less memory.'),
      help('restarts', 'short', 'A restart gives back memory that is no longer needed.'),
      help('restores-version', 'short', 'The version before needed less memory.'),
    ),
  },
  {
    id: 'cpu-high',
    title: 'CPU is short',
    signals: [{ aspects: ['cpu'], trend: 'harm', shownAs: 'A metric of CPU moves towards its limit' }],
    response: act(
      help('adds-capacity', 'immediate', 'More units share the load.'),
      help('moves-traffic', 'immediate', 'Others have CPU to spare.'),
      help('limits-load', 'immediate', 'Less work needs less CPU.'),
      help('restores-version', 'short', 'The version before needed less CPU.'),
      help('restarts', 'short', 'A process that spins is started anew.'),
    ),
  },
  {
    id: 'idle-capacity',
    title: 'Capacity is unused',
    signals: [{ aspects: ['cpu'], trend: 'relief', shownAs: 'A metric of CPU stays far from its limit' }],
    response: act(help('removes-capacity', 'long', 'Fewer units cost less.')),
  },
  {
    id: 'network-saturated',
    title: 'The network is saturated',
    signals: [
      {
        words:
          /\b(?:network|net|bandwidth|packets?|conntrack|port allocation|retransmits?|bytes (?:in|out)|mbps)\b/,
        trend: 'harm',
        shownAs: 'A metric or alarm names a network, and moves towards its limit',
      },
    ],
    response: act(
      help('adds-capacity', 'immediate', 'More units have more network between them.'),
      help('moves-traffic', 'immediate', 'Others have network to spare.'),
      help('limits-load', 'immediate', 'Fewer requests send fewer bytes.'),
    ),
  },
];
