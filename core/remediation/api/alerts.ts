/** Alerts of other systems in the API. */
import * as z from 'zod';
import { named } from '../../platform/api/components.ts';
import { RequestInstant, secondsOf } from '../../platform/api/instants.ts';
import { TargetId } from '../../shared/identifiers.ts';
import { PlainLine } from '../../shared/text.ts';
import { AlertmanagerWebhook } from '../intake/alertmanager.ts';
import type { ReceivedAlert } from '../intake/received-alert.ts';

export const AlertmanagerBody = named('AlertmanagerWebhook', AlertmanagerWebhook);

export const AlertsBody = named(
  'Alerts',
  z.strictObject({
    alerts: z
      .array(
        z.strictObject({
          name: PlainLine.min(1).max(256).describe('Alerts of one name are one alert'),
          status: z.enum(['firing', 'resolved']),
          target: TargetId.describe('What the alert is about, for incidents'),
          at: RequestInstant.optional().describe(
            'When it began or ended, ISO 8601 or epoch seconds; default: now',
          ),
        }),
      )
      .min(1)
      .max(1000),
  }),
);

export const TakenAlerts = named(
  'ReceivedAlerts',
  z.object({
    received: z.number().int().describe('Alerts passed on to incidents'),
    mapped: z.array(z.string()).describe('Names that the remediation policy maps to a resource'),
  }),
);

/** `now` in epoch seconds. */
export const alertsOfBody = ({ alerts }: z.infer<typeof AlertsBody>, now: number): readonly ReceivedAlert[] =>
  alerts.map(({ name, status, target, at }) => ({
    ...{ source: 'webhook', name, targetId: target },
    state: status === 'firing' ? 'begun' : 'ended',
    sentAt: Math.floor(secondsOf(at) ?? now),
  }));
