/** The contexts, the folders of each layer, the files that each context publishes, and the context of a path. */

/** Lowest first: a context imports only contexts before it. */
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

/** Contexts without code. The first folder of one removes it here, and must then come with core, a layer and tests. */
export const PLANNED: ReadonlySet<string> = new Set(['notifications']);

const BUILT = CONTEXTS.filter((context) => !PLANNED.has(context));

/** All folders that each layer may contain. */
export const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  core: BUILT,
  adapters: [...BUILT, 'aws'],
  functions: [...BUILT, 'runtime'],
  lib: [...BUILT, 'config', 'operations', 'stacks', 'synth'],
  cli: ['api-client', 'commands', 'input', 'terminal'],
  'cli/commands': [...BUILT, 'bench'],
  cost: [],
  local: ['deploy', 'emulator', 'replay'],
  bench: BUILT,
  test: [
    ...[
      'adapters',
      'architecture',
      'bench',
      'e2e',
      'fakes',
      'fixtures',
      'harness',
      'iam',
      'infra',
      'mutation',
    ],
    ...['unit', 'workflows'],
  ],
  'test/unit': [...BUILT, 'cli', 'local'],
  'test/adapters': [...BUILT, 'aws'],
  'test/architecture': [],
  'test/bench': [],
  'test/e2e': ['emulator', 'hostile', 'isolation', 'virtual-time'],
  'test/fakes': ['dynamodb', 's3'],
  'test/fixtures': ['changes', 'exports', 'ingestion'],
};

/** Layers of which each context needs at least one, beside `core` and `test/unit`. */
const OUTER_LAYERS = ['adapters', 'functions', 'lib', 'cli/commands'];

/** Folders that a context lacks: a context that exists in one layer only is the start of another meaning of its name. */
export const missingFolders = (has: (folder: string) => boolean): readonly string[] =>
  BUILT.flatMap((context) => [
    ...['core', 'test/unit'].map((layer) => `${layer}/${context}`).filter((folder) => !has(folder)),
    ...(OUTER_LAYERS.some((layer) => has(`${layer}/${context}`)) ? [] : [`an outer layer of ${context}`]),
  ]);

const isContext = (name: string | undefined): name is Context =>
  name !== undefined && (CONTEXTS as readonly string[]).includes(name);

/** Folders without a context's name, and the context above which they import nothing. */
const BASES: Readonly<Record<string, Context>> = {
  'adapters/aws': 'shared',
  'functions/runtime': 'platform',
  'lib/config': 'platform',
  'lib/operations': 'platform',
};

/** Context of a file of `core`, `adapters`, `functions`, `lib`, `cli/commands` or `bench`; undefined for other folders. */
export const contextOf = (path: string): Context | undefined => {
  const [layer, second, third] = path.split('/');
  const name = layer === 'cli' && second === 'commands' ? third : second;
  return isContext(name) ? name : BASES[`${layer}/${second}`];
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
  'core/platform/resilience/ports.ts',
  'core/platform/secrets/key-ring.ts',
  'core/platform/secrets/outbound-webhook.ts',
  'core/platform/secrets/ports.ts',
  'core/platform/secrets/rotated-secrets.ts',
  'core/platform/secrets/signing-keys.ts',
  'core/platform/secrets/token-credential.ts',
  'core/platform/secrets/webhook-generation.ts',
  'core/platform/secrets/webhook-signature.ts',
  'core/platform/settings/apply-settings.ts',
  'core/platform/settings/ports.ts',
  'core/platform/settings/settings-or-none.ts',
  'core/platform/settings/settings.ts',
  'core/metrics/blocks/block.ts',
  'core/metrics/blocks/block-codec.ts',
  'core/metrics/blocks/block-history.ts',
  'core/metrics/blocks/stored-block.ts',
  'core/metrics/ingestion/formats/ingest-formats.ts',
  'core/metrics/meaning/describe-meaning.ts',
  'core/metrics/meaning/metric-meaning.ts',
  'core/metrics/reporting/read-history.ts',
  'core/metrics/reporting/report-targets.ts',
  'core/metrics/reporting/reporting-pattern.ts',
  'core/metrics/reporting/target-report.ts',
  'core/metrics/series/detect-step.ts',
  'core/metrics/series/metric-series.ts',
  'core/metrics/series/regularise.ts',
  'core/metrics/targets/profiles.ts',
  'core/metrics/targets/read-metric.ts',
  'core/metrics/targets/target.ts',
  // What trains and scores the models of forecasts.
  'core/forecasts/breach/assess-breach.ts',
  'core/forecasts/breach/resolve-threshold.ts',
  'core/forecasts/engine/engine-version.ts',
  'core/forecasts/engine/fleet/fleet-trees.ts',
  'core/forecasts/training/fleet-series.ts',
  'core/forecasts/training/fleet-training-parameters.ts',
  'core/forecasts/training/held-out-forecasts.ts',
  'core/forecasts/training/train-on-fleet.ts',
  // Parts of the contexts below that the API shows.
  'core/forecasts/runs/close-run.ts',
  'core/forecasts/trends/trend-report.ts',
  'core/models/performance/report-performance.ts',
  'core/models/scoring/read-days.ts',
  'core/anomalies/tracking/target-detectors.ts',
  'core/incidents/explaining/report-from-inputs.ts',
  'core/incidents/intake/alarm-facts.ts',
  'core/changes/risk/formats/planned-change.ts',
  'cli/commands/forecasts/breaches.ts',
  'cli/commands/forecasts/runs.ts',
  // Changes are stored in the incidents' list of changes; targets and requests are counted in the tables of others.
  'adapters/incidents/change-store.ts',
  'adapters/incidents/item-keys.ts',
  'adapters/metrics/item-keys.ts',
  'adapters/platform/item-keys.ts',
  // Actions call the integrations of the stage, and the API shows what it lets remediations do.
  'adapters/platform/integrations/http-webhook-receiver.ts',
  'lib/remediation/stage-ceiling.ts',
  // Operators' commands of other contexts find the deployment in the same way.
  'adapters/platform/deployment/clients.ts',
  'adapters/platform/deployment/stage-stacks.ts',
  'cli/commands/platform/aws-access.ts',
]);

/** Folders for all contexts, the roots and APIs of `core`, and the constructs that own data, which hand out grants. */
const OPEN =
  /^(?:core\/shared|adapters\/aws|functions\/runtime|lib\/(?:platform|config|operations)|cli\/commands\/shared)\/|^core\/[a-z]+\/(?:[\w-]+\.ts$|api\/)|^lib\/[a-z]+\/[\w-]+-(?:table|bucket)\.ts$/;

/** True if other contexts may import this file. */
export const isPublished = (path: string): boolean => PUBLISHED.has(path) || OPEN.test(path);

/**
 * Files that put contexts together and may import any file of them: they compose, measure, model or run several. The
 * command `plan` sizes forecasting and detection together.
 */
export const composes = (path: string): boolean =>
  /^functions\/[a-z]+\/[\w-]+\/index\.ts$|^(?:lib\/stacks|lib\/synth|cost|local|bench|bin|cli\/commands\/bench)\/|^cli\/(?:program|commands\/api\/plan(?:-day)?(?:-text)?)\.ts$/.test(
    path,
  );

/** Folders of `core` with use cases, which read and write through ports. All other folders import no ports. */
export const USE_CASES: ReadonlySet<string> = new Set([
  'core/platform/access',
  'core/platform/doctor',
  'core/platform/idempotency',
  'core/platform/resilience',
  'core/platform/restore',
  'core/platform/secrets',
  'core/platform/settings',
  'core/metrics/ingestion/storing',
  'core/metrics/reporting',
  'core/forecasts',
  'core/forecasts/runs',
  'core/models/registry',
  'core/models/rollout',
  'core/models/scoring',
  'core/models/training',
  'core/anomalies',
  'core/anomalies/announcing',
  'core/anomalies/peers',
  'core/anomalies/silence',
  'core/anomalies/tracking',
  'core/incidents/explaining',
  'core/incidents/grouping',
  'core/incidents/lifecycle',
  'core/changes/assessment',
  'core/changes/deployments',
  'core/remediation/approval',
  'core/remediation/audit',
  'core/remediation/gathering',
  'core/remediation/healing',
  'core/remediation/intake',
  'core/remediation/policies',
  'core/remediation/runs',
  'core/remediation/simulation',
]);
