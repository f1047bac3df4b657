/**
 * The features of a planned change, with their text and their weight in the scorecard. A weight is in log-odds. For a
 * count, it is added for each doubling of (1 + count), so the second item adds less than the first; for a flag, it is
 * added once. exp(weight) is roughly the factor on the odds of an unhealthy deployment.
 */
interface FeatureMeaning {
  readonly scale: 'count' | 'flag';
  /** docs/adr/0011-change-risk.md explains the weights. */
  readonly weight: number;
  readonly words: (count: number) => string;
}

const many = (count: number, one: string, more = `${one}s`): string =>
  count === 1 ? `1 ${one}` : `${count} ${more}`;
const are = (count: number): string => (count === 1 ? 'is' : 'are');

const CATALOGUE = {
  dataDestroyed: {
    scale: 'count',
    weight: 3.6,
    words: (n) =>
      `${many(n, 'data store')} ${are(n)} removed or replaced, and no policy retains the old data`,
  },
  dataDetached: {
    scale: 'count',
    weight: 2.6,
    words: (n) =>
      `${many(n, 'data store')} ${are(n)} removed or replaced; the old data is retained but unused`,
  },
  dataMayBeReplaced: {
    scale: 'count',
    weight: 1.6,
    words: (n) => `${many(n, 'data store')} may be replaced, depending on values known only at deployment`,
  },
  dataReconfigured: {
    scale: 'count',
    weight: 0.5,
    words: (n) => `${many(n, 'data store')} ${are(n)} changed in place`,
  },
  replaced: {
    scale: 'count',
    weight: 0.7,
    words: (n) => `${many(n, 'resource')} without data ${are(n)} replaced`,
  },
  mayBeReplaced: {
    scale: 'count',
    weight: 0.3,
    words: (n) => `${many(n, 'resource')} without data may be replaced`,
  },
  removed: {
    scale: 'count',
    weight: 0.6,
    words: (n) => `${many(n, 'resource')} without data ${are(n)} removed`,
  },
  triggersRemoved: {
    scale: 'count',
    weight: 1.3,
    words: (n) =>
      `${many(n, 'trigger')} (event source, rule, schedule, subscription or permission to call) ${are(n)} removed or replaced`,
  },
  alarmsRemoved: {
    scale: 'count',
    weight: 0.9,
    words: (n) => `${many(n, 'alarm or scaling rule', 'alarms or scaling rules')} ${are(n)} removed`,
  },
  accessRemoved: {
    scale: 'count',
    weight: 1.1,
    words: (n) => `${many(n, 'permission')} ${are(n)} removed or denied`,
  },
  accessWidened: {
    scale: 'count',
    weight: 0.8,
    words: (n) => `${many(n, 'permission')} with a wildcard or for everyone ${are(n)} granted`,
  },
  accessChanged: {
    scale: 'count',
    weight: 0.3,
    words: (n) =>
      `${many(n, 'role, policy or identity', 'roles, policies or identities')} change${n === 1 ? 's' : ''}`,
  },
  networkOpened: {
    scale: 'count',
    weight: 0.7,
    words: (n) => `${many(n, 'network rule')} allow${n === 1 ? 's' : ''} traffic from every address`,
  },
  networkClosed: {
    scale: 'count',
    weight: 1.3,
    words: (n) => `${many(n, 'network rule')} ${are(n)} removed`,
  },
  routingChanged: {
    scale: 'count',
    weight: 1.2,
    words: (n) =>
      `${many(n, 'routing resource')} (network, load balancer, DNS, certificate or CDN) change${n === 1 ? 's' : ''}`,
  },
  keysChanged: {
    scale: 'count',
    weight: 1.2,
    words: (n) => `${many(n, 'key or secret', 'keys or secrets')} change${n === 1 ? 's' : ''}`,
  },
  protectionWeakened: {
    scale: 'count',
    weight: 0.9,
    words: (n) =>
      `${many(n, 'data protection setting')} (retention, deletion protection or backups) ${are(n)} weakened, or changed without the values shown`,
  },
  capacityReduced: {
    scale: 'count',
    weight: 1.3,
    words: (n) => `${many(n, 'capacity setting')} ${are(n)} lowered`,
  },
  platformChanged: {
    scale: 'count',
    weight: 0.9,
    words: (n) =>
      `${many(n, 'runtime, engine, image or machine type', 'runtimes, engines, images or machine types')} ${are(n)} changed`,
  },
  interfaceChanged: {
    scale: 'count',
    weight: 0.6,
    words: (n) =>
      `${many(n, 'API route, method or authorizer', 'API routes, methods or authorizers')} ${are(n)} changed or removed`,
  },
  unclear: {
    scale: 'count',
    weight: 0.5,
    words: (n) => `the action on ${many(n, 'resource')} is unknown until deployment`,
  },
  resources: {
    scale: 'count',
    weight: 0.12,
    words: (n) => `${many(n, 'resource')} change${n === 1 ? 's' : ''} in total`,
  },
  furtherStacks: {
    scale: 'count',
    weight: 0.25,
    words: (n) => `${many(n, 'more stack')} change${n === 1 ? 's' : ''} in the same deployment`,
  },
  onlyCode: { scale: 'flag', weight: -0.4, words: () => 'only code changes' },
  onlyAdditions: { scale: 'flag', weight: -0.6, words: () => 'only new resources are added' },
  openIncidents: {
    scale: 'count',
    weight: 1,
    words: (n) => `${many(n, 'incident')} ${are(n)} open on the target`,
  },
  recentIncidents: {
    scale: 'count',
    weight: 0.35,
    words: (n) => `${many(n, 'incident')} on the target in the last 7 days`,
  },
  recentFailures: {
    scale: 'count',
    weight: 0.7,
    words: (n) => `${many(n, 'deployment')} in the last 30 days turned out unhealthy`,
  },
  recentDeploys: {
    scale: 'count',
    weight: 0.15,
    words: (n) => `${many(n, 'deployment')} in the last 24 hours`,
  },
  outsideHours: { scale: 'flag', weight: 0.4, words: () => 'outside working hours' },
} as const satisfies Readonly<Record<string, FeatureMeaning>>;

export type FeatureName = keyof typeof CATALOGUE;

export const FEATURES: Readonly<Record<FeatureName, FeatureMeaning>> = CATALOGUE;

const isFeatureName = (name: string): name is FeatureName => name in CATALOGUE;

/** In the order of the catalogue. */
export const FEATURE_NAMES: readonly FeatureName[] = Object.keys(CATALOGUE).filter(isFeatureName);
