import { DAY_SECONDS, HOUR_SECONDS } from '../../shared/time.ts';
import type { RandomStream } from '../random.ts';

/** What happens to a managed service. Only `surge`, `leak`, `filling` and `regression` are faults. */
export const COURSE_KINDS = ['surge', 'leak', 'filling', 'regression', 'busy', 'job', 'cache'] as const;
export type CourseKind = (typeof COURSE_KINDS)[number];

/** A stretch in which a service behaves differently. Times are epoch seconds; the end is exclusive. */
export interface Stretch {
  readonly id: string;
  readonly kind: CourseKind;
  readonly isFault: boolean;
  readonly start: number;
  readonly end: number;
  /** Size, in the unit of the kind: a factor of load, or a fraction of what is free. */
  readonly size: number;
  /** Seconds until the size is reached. */
  readonly rise: number;
}

export const SERVICE_KINDS = ['web', 'worker', 'store'] as const;
/** `web` is short of CPU, `worker` of memory, `store` of disk. */
export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** Days between two stretches of a service, on average. */
const DAYS_BETWEEN = 6;
/** Share of the stretches that only look like a fault. */
const HARMLESS_SHARE = 0.5;

const hours = (random: RandomStream, low: number, high: number): number =>
  Math.round(random.between(low, high) * 12) * 300;

type Drawn = Pick<Stretch, 'kind' | 'size' | 'rise'> & { readonly lasts: number };

const FAULTS: Readonly<Record<ServiceKind, (random: RandomStream) => Drawn>> = {
  web: (random) =>
    random.uniform() < 0.75
      ? {
          kind: 'surge',
          size: random.between(1.45, 2.1),
          rise: hours(random, 1, 6),
          lasts: hours(random, 10, 20),
        }
      : { kind: 'regression', size: random.between(1.4, 1.8), rise: 0, lasts: hours(random, 8, 20) },
  worker: (random) => ({
    kind: 'leak',
    size: random.between(1.2, 2),
    rise: hours(random, 8, 30),
    lasts: hours(random, 36, 72),
  }),
  store: (random) => ({
    kind: 'filling',
    size: random.between(1.1, 1.6),
    rise: hours(random, 8, 24),
    lasts: hours(random, 26, 40),
  }),
};

const HARMLESS: Readonly<Record<ServiceKind, (random: RandomStream) => Drawn>> = {
  web: (random) => ({
    kind: 'busy',
    size: random.between(1.1, 1.2),
    rise: hours(random, 1, 4),
    lasts: hours(random, 5, 12),
  }),
  worker: (random) => ({
    kind: 'cache',
    size: random.between(0.3, 0.6),
    rise: hours(random, 4, 12),
    lasts: hours(random, 24, 48),
  }),
  store: (random) => ({
    kind: 'job',
    size: random.between(0.3, 0.6),
    rise: hours(random, 3, 8),
    lasts: hours(random, 9, 14),
  }),
};

/** The stretches of a service, one after another, with calm between them. The first week is calm. */
export const planStretches = (
  random: RandomStream,
  service: ServiceKind,
  name: string,
  span: { readonly start: number; readonly end: number },
): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  const gap = () => random.between(0.5, 1.5) * DAYS_BETWEEN * DAY_SECONDS;
  let at = span.start + 7 * DAY_SECONDS + Math.round((gap() * random.uniform()) / 300) * 300;
  while (at < span.end - 12 * HOUR_SECONDS) {
    const isFault = random.uniform() >= HARMLESS_SHARE;
    const { lasts, ...drawn } = (isFault ? FAULTS : HARMLESS)[service](random);
    stretches.push({ ...drawn, id: `${name}-${stretches.length + 1}`, isFault, start: at, end: at + lasts });
    at += lasts + Math.round(gap() / 300) * 300;
  }
  return stretches;
};
