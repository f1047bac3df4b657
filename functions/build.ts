import { copyFileSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import * as z from 'zod';

/** Bundled CommonJS (parts of the SDK) calls `require` for Node's own modules, which an ES module does not have. */
const REQUIRE_BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/**
 * Takes `http` and `https` from Node's registry of built-ins. Importing them builds their ES facade, which evaluates
 * lazy getters that load undici: about 20 ms of CPU at each cold start.
 */
const lazyHttp: Plugin = {
  name: 'lazy-http',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(node:)?https?$/ }, ({ path }) => ({ path, namespace: 'lazy-http' }));
    onLoad({ filter: /.*/, namespace: 'lazy-http' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

/**
 * Lambda gives the credentials of the role in environment variables. The default chain of the SDK would bring along
 * every other way to get credentials, with the clients of four services: up to a quarter of a bundle.
 */
const environmentCredentials: Plugin = {
  name: 'environment-credentials',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path, resolveDir }) => ({
      path,
      namespace: 'environment-credentials',
      pluginData: { resolveDir },
    }));
    onLoad({ filter: /.*/, namespace: 'environment-credentials' }, ({ pluginData }) => ({
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
      resolveDir: pluginData.resolveDir,
    }));
  },
};

/** The bundle that records traces, relative to the one of the function that loads it. */
const TRACING_BUNDLE = 'tracing.mjs';

/** Keeps the recording of traces out of the bundles: a function loads it beside its own, if tracing is on. */
const tracingApart: Plugin = {
  name: 'tracing-apart',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/tracing\/x-ray\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${TRACING_BUNDLE}`, external: true } : undefined,
    );
  },
};

const PackageJson = z.object({ version: z.string() });

/** Clients of the SDK read their version from their whole `package.json`. */
const packageVersions: Plugin = {
  name: 'package-versions',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[/\\]@aws-sdk[/\\][^/\\]+[/\\]package\.json$/ }, ({ path }) => {
      const { version } = PackageJson.parse(JSON.parse(readFileSync(path, 'utf8')));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/**
 * Schemas of the SDK write some keys as names of constants (`{ [_xN]: _Tag }`). To a bundler, computing a key may have an
 * effect, so it would keep the schemas of all operations of a service: of EC2, over 500 KB. Literal keys let it drop those
 * that nothing uses.
 */
const literalKeys: Plugin = {
  name: 'literal-keys',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[/\\]@aws-sdk[/\\][^/\\]+[/\\]dist-es[/\\]schemas[/\\]\w+\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const constants = new Map(
        [...source.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, text]) => [name, text] as const),
      );
      const contents = source.replaceAll(/\[(\w+)\]:/g, (key, name) => {
        const text = constants.get(name);
        return text === undefined ? key : `${text}:`;
      });
      return { contents, loader: 'js' };
    });
  },
};

/** The folder of each function, `<context>/<name>` below `functions/`: those with an `index.ts`. */
const functionFolders = (root: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name === 'index.ts')
      .map(({ parentPath }) => [basename(parentPath), parentPath] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** Names of all functions, sorted: the last part of the folder of each. */
export const listFunctions = (root = 'functions'): string[] => [...functionFolders(root).keys()];

/** Source folder of a function. @throws TypeError for a name that no folder has */
export const folderOf = (name: string, root = 'functions'): string => {
  const folder = functionFolders(root).get(name);
  if (folder === undefined) throw new TypeError(`no folder below ${root}/ is named ${name}`);
  return folder;
};

/** Bundling options of functions. */
export const bundleOptions = (names: readonly string[], outdir: string): BuildOptions => ({
  ...BUNDLING,
  entryPoints: names.map((name) => ({ in: join(folderOf(name), 'index.ts'), out: join(name, 'index') })),
  outdir,
});

/** Bundling options of the recording of traces. */
const tracingOptions = (outdir: string): BuildOptions => ({
  ...BUNDLING,
  entryPoints: [{ in: 'functions/runtime/tracing/x-ray.ts', out: 'tracing/tracing' }],
  outdir,
});

const BUNDLING: BuildOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  sourcemap: true,
  sourcesContent: false,
  banner: { js: REQUIRE_BANNER },
  plugins: [lazyHttp, environmentCredentials, packageVersions, literalKeys, tracingApart],
  metafile: true,
  logLevel: 'warning',
};

/**
 * Bundles every function into `<outdir>/<name>/index.mjs` and returns their names. Beside each lies `tracing.mjs`, which
 * is deployed only with a stage that traces (`lib/platform/observed-function.ts`).
 */
export const buildFunctions = async (outdir = 'dist'): Promise<readonly string[]> => {
  const names = listFunctions();
  rmSync(outdir, { recursive: true, force: true });
  await Promise.all([build(bundleOptions(names, outdir)), build(tracingOptions(outdir))]);
  const built = join(outdir, 'tracing');
  for (const file of readdirSync(built))
    for (const name of names) copyFileSync(join(built, file), join(outdir, name, file));
  rmSync(built, { recursive: true });
  return names;
};

const isMain = process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename;
if (isMain) {
  const names = await buildFunctions();
  process.stdout.write(`Built ${names.length} functions into dist/\n`);
}
