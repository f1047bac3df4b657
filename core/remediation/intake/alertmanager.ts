/** The webhook of Prometheus Alertmanager, version 4 (https://prometheus.io/docs/alerting/latest/configuration). */
import * as z from 'zod';
import { toTargetId } from '../../incidents/target-name.ts';
import { parseInstant } from '../../shared/instant.ts';
import { cutText, StorableText } from '../../shared/text.ts';
import type { ReceivedAlert } from './received-alert.ts';

/** About the largest that fits into a body. */
const MAX_ALERTS = 1000;
const MAX_NAME = 256;

const Labels = z.record(StorableText, StorableText);
const Instant = z
  .string()
  .max(64)
  .refine((text) => !Number.isNaN(parseInstant(text)), 'expected ISO 8601');

const Alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: Labels.refine(({ alertname = '' }) => alertname !== '', {
    path: ['alertname'],
    message: 'expected the name of the alert',
  }),
  startsAt: Instant,
  /** `0001-01-01T00:00:00Z` while the alert fires without a known end. */
  endsAt: z.string().max(64),
});

/** Fields besides these are ignored: the receiver describes the group, and annotations are for people. */
export const AlertmanagerWebhook = z.object({
  version: z.literal('4'),
  alerts: z.array(Alert).min(1).max(MAX_ALERTS),
});
export type AlertmanagerWebhook = z.infer<typeof AlertmanagerWebhook>;

/** With it, alerts of one rule that are about different resources get different names. */
const NAME_LABEL = 'forestall_alert';
/** Labels that name what an alert is about, the most specific first. */
const TARGET_LABELS = ['forestall_target', 'instance', 'pod', 'service', 'job', 'namespace'] as const;

const nameOf = ({ labels }: z.infer<typeof Alert>): string =>
  cutText(labels[NAME_LABEL] || (labels.alertname ?? ''), MAX_NAME);

/** `web-1:9100` is the exporter of web-1. */
const withoutPort = (instance: string): string => instance.replace(/:\d{1,5}$/, '');

const targetOf = ({ labels }: z.infer<typeof Alert>): string => {
  const label = TARGET_LABELS.find((each) => (labels[each] ?? '') !== '');
  const text = (label && labels[label]) ?? labels.alertname ?? '';
  return toTargetId(label === 'instance' ? withoutPort(text) : text);
};

const seconds = (text: string): number => Math.floor(parseInstant(text));

/** The alerts of one delivery. */
export const alertsOfAlertmanager = ({ alerts }: AlertmanagerWebhook): readonly ReceivedAlert[] =>
  alerts.map((alert) => {
    const ended = alert.status === 'resolved';
    const endedAt = ended ? seconds(alert.endsAt) : Number.NaN;
    const startedAt = seconds(alert.startsAt);
    return {
      ...{ source: 'alertmanager', name: nameOf(alert), targetId: targetOf(alert) },
      state: ended ? 'ended' : 'begun',
      sentAt: Number.isNaN(endedAt) ? startedAt : Math.max(startedAt, endedAt),
    };
  });
