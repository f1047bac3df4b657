/** Which contexts there are, what each publishes to the others, and how a path tells its context. */

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

/** Rooms of a layer beside those of the contexts. */
export const OTHER_ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  adapters: ['aws'],
  functions: ['runtime'],
  lib: ['config', 'operations', 'stacks', 'synth'],
  'cli/commands': ['bench'],
  bench: [],
  'test/unit': ['bench', 'cli', 'cost', 'lib', 'local'],
  'test/adapters': ['aws'],
};

const isContext = (name: string | undefined): name is Context =>
  name !== undefined && (CONTEXTS as readonly string[]).includes(name);

/** Context of a file of `core`, `adapters`, `functions`, `lib`, `cli/commands` or `bench`; undefined for other rooms. */
export const contextOf = (path: string): Context | undefined => {
  const [layer, second, third] = path.split('/');
  const name = layer === 'cli' && second === 'commands' ? third : second;
  return isContext(name) ? name : undefined;
};

export const rankOf = (context: Context): number => CONTEXTS.indexOf(context);
