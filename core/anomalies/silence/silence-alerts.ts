/** The alerts of silences, in words. */
import { isoOfSeconds } from '../../shared/time.ts';
import type { Alert } from '../announcing/alert.ts';
import type { Silence } from './find-silences.ts';
import type { Vanished } from './find-vanished.ts';
import type { TenantSilence } from './tenant-silence.ts';

/** Stands for all metrics of a target in an anomaly of kind `missing`. */
export const ALL_METRICS = 'all metrics';
/** Stands for all targets of a tenant; the blank keeps it apart from the ID of any target. */
export const ALL_TARGETS = 'all targets';
/** A silence occurs about once in this many intervals: hosts rarely stop sending, and a month has 8,640 intervals. */
const ONE_IN = 10_000;
const SCORE = Math.log10(ONE_IN);
/** Names listed in a sentence. */
const MAX_LISTED = 5;

const MISSING = { value: 0, kind: 'missing', score: SCORE, oneIn: ONE_IN, parts: {} } as const;

const minutes = (seconds: number): string => {
  const count = Math.round(seconds / 60);
  return count === 1 ? 'minute' : `${count} minutes`;
};

const listed = (names: readonly string[]): string => {
  const more = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
};

export const targetAlert = ({
  targetId,
  lastPoint,
  interval = 0,
  silentAt,
  together,
  causeKey,
}: Silence): Alert => ({
  ...MISSING,
  metric: ALL_METRICS,
  timestamp: silentAt,
  since: lastPoint,
  reason:
    `${targetId} stopped sending: no point for ${minutes(silentAt - lastPoint)}, usually one every ${minutes(interval)}` +
    (together > 1 ? `; ${together - 1} others fell silent with it` : ''),
  causeKeys: [causeKey],
});

const othersOf = ({ metric, withIt }: Vanished): readonly string[] => withIt.filter((one) => one !== metric);

/** @param targets the number of targets that lost the metric at this time */
export const metricAlert = (vanished: Vanished, targets: number, causeKey: string): Alert => {
  const { targetId, metric, lastPoint, interval, silentAt, renamedTo } = vanished;
  const others = othersOf(vanished);
  return {
    ...MISSING,
    ...{ metric, timestamp: silentAt, since: lastPoint, causeKeys: [causeKey] },
    reason: [
      `${targetId} sends, but without ${metric}: no point for ${minutes(silentAt - lastPoint)}, usually one every ${minutes(interval)}`,
      ...(others.length > 0 ? [`with it vanished ${listed(others)}`] : []),
      ...(targets > 1 ? [`${targets - 1} other targets lost it, too`] : []),
    ].join('; '),
    ...(renamedTo.length === 0
      ? {}
      : { silenced: `it seems to be renamed: ${listed(renamedTo)} appeared as it vanished` }),
  };
};

export const tenantAlert = (
  tenantId: string,
  { since, silentAt, targets, causeKey }: TenantSilence,
  likely: string,
): Alert => ({
  ...MISSING,
  ...{ metric: ALL_METRICS, timestamp: silentAt, since, causeKeys: [causeKey] },
  reason: `nothing arrives from tenant ${tenantId} since ${isoOfSeconds(since)}: all ${targets} targets are silent; ${likely}`,
});
