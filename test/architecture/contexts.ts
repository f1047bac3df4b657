/** The contexts, the files that each publishes to the others, and the context of a path. */

/** Lowest first: a context imports only contexts before it. `models`, `remediation` and `notifications` are planned. */
export const CONTEXTS = [
  'shared',
  'platform',
  'metrics',
  'simulator',
  'forecasts',
  'models',
  'anomalies',
  'incidents',
  'changes',
  'remediation',
  'notifications',
  'api',
] as const;
export type Context = (typeof CONTEXTS)[number];

/** Folders of a layer besides those of the contexts. */
export const OTHER_ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  adapters: ['aws'],
  functions: ['runtime'],
  lib: ['config', 'operations', 'stacks', 'synth'],
  'cli/commands': ['bench'],
  bench: [],
  'test/unit': ['cli', 'cost', 'lib', 'local'],
  'test/adapters': ['aws'],
};

const isContext = (name: string | undefined): name is Context =>
  name !== undefined && (CONTEXTS as readonly string[]).includes(name);

/** Context of a file of `core`, `adapters`, `functions`, `lib`, `cli/commands` or `bench`; undefined for other folders. */
export const contextOf = (path: string): Context | undefined => {
  const [layer, second, third] = path.split('/');
  const name = layer === 'cli' && second === 'commands' ? third : second;
  return isContext(name) ? name : undefined;
};

export const rankOf = (context: Context): number => CONTEXTS.indexOf(context);

/**
 * Files below a context's root that other contexts may import: entities, and the functions that read them. Those at the
 * root (`ports.ts`, `events.ts`, `incident.ts`, …) and its `api` are always open to the contexts above.
 */
export const PUBLISHED: ReadonlySet<string> = new Set([
  'core/platform/access/ports.ts',
  'core/platform/billing/cost-lines.ts',
  'core/platform/billing/units.ts',
  'core/platform/settings/apply-settings.ts',
  'core/platform/settings/ports.ts',
  'core/platform/settings/settings-or-none.ts',
  'core/platform/settings/settings.ts',
  'core/metrics/blocks/block.ts',
  'core/metrics/blocks/block-codec.ts',
  'core/metrics/blocks/block-history.ts',
  'core/metrics/blocks/stored-block.ts',
  'core/metrics/meaning/describe-meaning.ts',
  'core/metrics/meaning/metric-meaning.ts',
  'core/metrics/reporting/rhythm.ts',
  'core/metrics/reporting/target-report.ts',
  'core/metrics/series/detect-step.ts',
  'core/metrics/series/metric-series.ts',
  'core/metrics/series/regularise.ts',
  'core/metrics/targets/profiles.ts',
  'core/metrics/targets/target.ts',
]);

/** True if other contexts may import this file of `core`. */
export const isPublished = (path: string): boolean =>
  PUBLISHED.has(path) || /^core\/[a-z]+\/(?:[\w-]+\.ts$|api\/)/.test(path) || path.startsWith('core/shared/');
