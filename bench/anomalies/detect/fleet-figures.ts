import { median } from '../../../core/shared/maths/averages.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../../core/shared/time.ts';
import type { LabelledTarget, TargetFault } from './labelled-target.ts';
import type { TrackedTarget } from './track-fleet.ts';

/** Hours before this are not judged: detectors need whole weeks to learn weekends. */
const UNJUDGED_SECONDS = 14 * DAY_SECONDS;
/** Hours after a fault that are not judged, because an episode ends after an hour of usual points. */
const AFTERMATH_HOURS = 2;

/** Detection of one kind of fault, counted in faults (each once, regardless of the number of affected targets). */
export interface KindDetection {
  readonly faults: number;
  /** Share with an alert on a target that shows it, from its onset to its end. */
  readonly detected: number;
  /** From the onset to the first such alert, over those found. */
  readonly medianDelayMinutes: number;
  /** Share of the target-hours with such faults that were alarmed. */
  readonly alarmedHours: number;
  /** Kinds in the first alerts, most frequent first. */
  readonly stated: string;
}

/** Counted in target-hours: an hour of one target, all its metrics together. Rates in [0, 1]. */
export interface HourFigures {
  readonly faultyHours: number;
  readonly faultlessHours: number;
  readonly truePositiveRate: number;
  readonly falsePositiveRate: number;
  /** Mean of the true positive and the true negative rate. */
  readonly balancedAccuracy: number;
  readonly precision: number;
  readonly f1: number;
}

export interface FleetFigures {
  readonly targets: number;
  readonly faults: number;
  /** Share of all faults detected. */
  readonly detected: number;
  readonly kinds: Readonly<Record<string, KindDetection>>;
  readonly hours: HourFigures;
  /** The same with each fault as one window (a hit if it was detected), compared with hours without faults. */
  readonly balancedAccuracyOfFaults: number;
  /** Alerts outside all faults and aftermaths, per target and week. */
  readonly falseAlertsPerTargetWeek: number;
}

interface Hours {
  readonly faulty: ReadonlySet<number>;
  /** Neither faulty nor normal. */
  readonly unjudged: ReadonlySet<number>;
  readonly from: number;
  readonly to: number;
}

/** The faulty hours and those that are not judged, as whole hours since the epoch. */
const hoursOf = ({ start, stepSeconds, values, faults }: LabelledTarget): Hours => {
  const faulty = new Set<number>();
  const unjudged = new Set<number>();
  for (const { first, last, hours: shown } of faults) {
    const firstHour = Math.floor(first / HOUR_SECONDS);
    const lastHour = Math.floor(last / HOUR_SECONDS);
    for (let hour = firstHour; hour <= lastHour + AFTERMATH_HOURS; hour++) {
      if (shown.has(hour)) faulty.add(hour);
      else unjudged.add(hour);
    }
  }
  const end = start + (values[0]!.length - 1) * stepSeconds;
  return {
    ...{ faulty, unjudged },
    from: Math.ceil((start + UNJUDGED_SECONDS) / HOUR_SECONDS),
    to: Math.floor(end / HOUR_SECONDS),
  };
};

const hourFigures = (tracked: readonly TrackedTarget[]): HourFigures => {
  let hits = 0;
  let faultyHours = 0;
  let alarms = 0;
  let faultlessHours = 0;
  for (const { target, alarmed } of tracked) {
    const { faulty, unjudged, from, to } = hoursOf(target);
    for (let hour = from; hour < to; hour++) {
      if (faulty.has(hour)) {
        faultyHours++;
        if (alarmed.has(hour)) hits++;
      } else if (!unjudged.has(hour)) {
        faultlessHours++;
        if (alarmed.has(hour)) alarms++;
      }
    }
  }
  const truePositiveRate = hits / faultyHours;
  const falsePositiveRate = alarms / faultlessHours;
  const precision = hits / (hits + alarms);
  return {
    ...{ faultyHours, faultlessHours, truePositiveRate, falsePositiveRate, precision },
    balancedAccuracy: (truePositiveRate + 1 - falsePositiveRate) / 2,
    f1: (2 * precision * truePositiveRate) / (precision + truePositiveRate),
  };
};

interface Shown {
  readonly fault: TargetFault;
  readonly tracked: TrackedTarget;
}

const firstAlert = (shown: readonly Shown[]) =>
  shown
    .flatMap(({ fault: { first, last }, tracked }) =>
      tracked.alerts.filter(({ timestamp }) => timestamp >= first && timestamp <= last),
    )
    .reduce<TrackedTarget['alerts'][number] | undefined>(
      (best, alert) => (best === undefined || alert.timestamp < best.timestamp ? alert : best),
      undefined,
    );

const countsOf = (names: readonly string[]): string =>
  [...Map.groupBy(names, (name) => name)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([name, all]) => `${name} ${all.length}`)
    .join(', ');

const alarmedShare = (shown: readonly Shown[]): number => {
  const hours = shown.flatMap(({ fault, tracked }) =>
    [...fault.hours].map((hour) => tracked.alarmed.has(hour)),
  );
  return hours.filter(Boolean).length / hours.length;
};

const kindDetection = (shown: readonly Shown[]): KindDetection => {
  const faults = [...Map.groupBy(shown, ({ fault }) => fault.id).values()];
  const found = faults.flatMap((one) => {
    const alert = firstAlert(one);
    return alert === undefined ? [] : [{ alert, onset: one[0]!.fault.first }];
  });
  return {
    faults: faults.length,
    detected: found.length / faults.length,
    medianDelayMinutes: median(found.map(({ alert, onset }) => (alert.timestamp - onset) / 60)),
    alarmedHours: alarmedShare(shown),
    stated: countsOf(found.map(({ alert }) => alert.kind)),
  };
};

const falseAlerts = (tracked: readonly TrackedTarget[]): number => {
  let wrong = 0;
  let weeks = 0;
  for (const { target, alerts } of tracked) {
    const { faulty, unjudged, from, to } = hoursOf(target);
    const hours = alerts.map(({ timestamp }) => Math.floor(timestamp / HOUR_SECONDS));
    wrong += hours.filter((hour) => hour >= from && !faulty.has(hour) && !unjudged.has(hour)).length;
    weeks += ((to - from) * HOUR_SECONDS) / (7 * DAY_SECONDS);
  }
  return wrong / weeks;
};

/** Compares the alarms of a fleet with its labels. */
export const fleetFigures = (tracked: readonly TrackedTarget[]): FleetFigures => {
  const shown = tracked.flatMap((one) =>
    one.target.faults
      .filter(({ first }) => first >= one.target.start + UNJUDGED_SECONDS)
      .map((fault) => ({ fault, tracked: one })),
  );
  const byKind = [...Map.groupBy(shown, ({ fault }) => fault.kind)].sort(([a], [b]) => (a < b ? -1 : 1));
  const kinds = Object.fromEntries(byKind.map(([kind, all]) => [kind, kindDetection(all)]));
  const hours = hourFigures(tracked);
  const all = Object.values(kinds);
  const faults = all.reduce((sum, kind) => sum + kind.faults, 0);
  const detected = all.reduce((sum, kind) => sum + kind.detected * kind.faults, 0) / faults;
  return {
    ...{ targets: tracked.length, faults, detected, kinds, hours },
    balancedAccuracyOfFaults: (detected + 1 - hours.falsePositiveRate) / 2,
    falseAlertsPerTargetWeek: falseAlerts(tracked),
  };
};
