/**
 * What is looked at in a change before it is made, in words, and what each is worth before anything was learnt. A
 * weight is in log-odds: for a count, what each doubling of (1 + count) adds, so that the second of a kind adds less than
 * the first; for a flag, what its presence adds. exp(weight) is about the factor on the odds of an unhealthy deployment.
 */
interface FeatureMeaning {
  readonly scale: 'count' | 'flag';
  /** Weight of the scorecard; the reasons stand in docs/adr/0011-change-risk.md. */
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
      `${many(n, 'data store')} ${are(n)} removed or replaced, and nothing says that the old data are kept`,
  },
  dataDetached: {
    scale: 'count',
    weight: 2.6,
    words: (n) => `${many(n, 'data store')} ${are(n)} removed or replaced; the old data stay, out of use`,
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
    words: (n) => `${many(n, 'permission')} ${are(n)} taken away or denied`,
  },
  accessWidened: {
    scale: 'count',
    weight: 0.8,
    words: (n) => `${many(n, 'permission')} with a wildcard or for everyone ${are(n)} given`,
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
    words: (n) => `${many(n, 'network rule')} open${n === 1 ? 's' : ''} something to every address`,
  },
  networkClosed: {
    scale: 'count',
    weight: 1.3,
    words: (n) => `${many(n, 'network rule')} ${are(n)} taken away`,
  },
  routingChanged: {
    scale: 'count',
    weight: 1.2,
    words: (n) =>
      `${many(n, 'route', 'routes')} of traffic (network, load balancer, DNS, certificate or CDN) change${n === 1 ? 's' : ''}`,
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
      `${many(n, 'protection')} of data (retention, deletion protection or backups) ${are(n)} weakened, or changed in a way not shown`,
  },
  capacityReduced: {
    scale: 'count',
    weight: 1.3,
    words: (n) => `${many(n, 'setting')} of capacity ${are(n)} lowered`,
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
    words: (n) => `for ${many(n, 'resource')} it is unknown before the deployment what will happen`,
  },
  resources: { scale: 'count', weight: 0.12, words: (n) => `${many(n, 'resource')} in all` },
  furtherStacks: {
    scale: 'count',
    weight: 0.25,
    words: (n) => `${many(n, 'further stack')} change${n === 1 ? 's' : ''} along with the first`,
  },
  onlyCode: { scale: 'flag', weight: -0.4, words: () => 'only code changes' },
  onlyAdditions: { scale: 'flag', weight: -0.6, words: () => 'only new resources are added' },
  openIncidents: {
    scale: 'count',
    weight: 1,
    words: (n) => `${many(n, 'incident')} ${are(n)} open on what it touches`,
  },
  recentIncidents: {
    scale: 'count',
    weight: 0.35,
    words: (n) => `${many(n, 'incident')} in the last 7 days on what it touches`,
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
