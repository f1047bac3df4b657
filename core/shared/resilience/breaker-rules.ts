import * as z from 'zod';

const seconds = z.number().int().min(1).max(3_600);

const shape = {
  /** Consecutive failures that open it: a success in between starts the count again. */
  failures: z.number().int().min(1).max(1_000),
  /** Failures that are further apart are not consecutive. */
  windowSeconds: seconds,
  /** How long it refuses calls after it opened. Each failed probe doubles the time. */
  openSeconds: seconds,
  /** The longest time between two probes. */
  maxOpenSeconds: seconds,
  /** Probes that must succeed, one after another, to close it. */
  successes: z.number().int().min(1).max(10),
  /** A probe without a result counts as lost after this time; longer than any call. */
  probeSeconds: seconds,
  /** How old the state that processes share may be when a call relies on it. */
  cacheSeconds: seconds,
};

/** When a circuit breaker opens and closes. */
export const BreakerRules = z
  .strictObject(shape)
  .refine(({ openSeconds, maxOpenSeconds }) => openSeconds <= maxOpenSeconds, {
    path: ['maxOpenSeconds'],
    message: 'must not be below openSeconds',
  });
export type BreakerRules = z.infer<typeof BreakerRules>;

const Fields = z.record(z.string(), z.unknown());

const withDefaults = (defaults: BreakerRules) =>
  Fields.transform((given) => ({ ...defaults, ...given })).pipe(BreakerRules);

/** The rules of all breakers of a stage, with defaults for what is not given. */
export const BreakerSettings = z.strictObject({
  /** Services of AWS: frequent calls, which end within half a minute. */
  services: withDefaults({
    ...{ failures: 10, windowSeconds: 30, openSeconds: 5, maxOpenSeconds: 60 },
    ...{ successes: 2, probeSeconds: 60, cacheSeconds: 5 },
  }).prefault({}),
  /** Systems outside the account. */
  integrations: withDefaults({
    ...{ failures: 5, windowSeconds: 300, openSeconds: 30, maxOpenSeconds: 900 },
    ...{ successes: 2, probeSeconds: 60, cacheSeconds: 5 },
  }).prefault({}),
  /** Remediations, each kind of action on each kind of resource: rare calls that must not be repeated in vain. */
  actions: withDefaults({
    ...{ failures: 3, windowSeconds: 3_600, openSeconds: 600, maxOpenSeconds: 3_600 },
    ...{ successes: 1, probeSeconds: 900, cacheSeconds: 5 },
  }).prefault({}),
});
export type BreakerSettings = z.infer<typeof BreakerSettings>;

export const DEFAULT_BREAKERS: BreakerSettings = BreakerSettings.parse({});
