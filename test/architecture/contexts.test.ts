import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../core/api/operations.ts';
import { composes, contextOf, FOLDERS, missingFolders, PUBLISHED, USE_CASES } from './contexts.ts';
import { cycleIn, graphOf } from './cycles.ts';
import {
  fileCycle,
  folderCycle,
  handlersReach,
  importsHidden,
  importsOf,
  importsPorts,
  importsUpward,
  leavesEngine,
  type Rule,
} from './import-rules.ts';
import { foldersIn, PRODUCT, parseSource, root, sourcesUnder } from './source-tree.ts';

const everything = sourcesUnder(...PRODUCT, 'bench');

describe('folders', () => {
  it.each(Object.entries(FOLDERS))('%s contains only folders that are listed', (layer, known) => {
    expect(foldersIn(layer).filter((folder) => !known.includes(folder))).toEqual([]);
  });

  it('a context has code, tests, and a layer that uses it', () => {
    expect(missingFolders((folder) => existsSync(join(root, folder)))).toEqual([]);
  });

  it.each([
    ['a context without tests', 'test/unit/changes', ['test/unit/changes']],
    ['a context that exists in `lib` only', 'core/changes', ['core/changes']],
  ])('%s is found', (_, removed, found) => {
    const exists = (folder: string) => folder !== removed && existsSync(join(root, folder));
    expect(missingFolders(exists)).toEqual(found);
  });

  it('a planned context has no folder in any layer', () => {
    for (const layer of ['core', 'lib', 'functions']) expect(FOLDERS[layer]).not.toContain('notifications');
  });
});

const RULES: Readonly<Record<string, Rule>> = {
  'a context imports only contexts below it': importsUpward,
  'across contexts, only what a context publishes is imported': importsHidden,
  'only use cases import ports': importsPorts,
  'an engine imports only itself, what is shared, and series': leavesEngine,
  'handlers reach no adapter, no AWS client and no other function': handlersReach,
  'no folder imports itself by way of others': folderCycle,
  'no file imports itself by way of others, types included': fileCycle,
};

describe('imports', () => {
  it.each(Object.entries(RULES))('%s', (_, rule) => {
    expect(rule(everything)).toEqual([]);
  });

  it.each([
    ['upward', importsUpward, 'core/metrics/x.ts', "import { a } from '../changes/ports.ts';"],
    ['upward, a type', importsUpward, 'core/metrics/x.ts', "type A = import('../changes/ports.ts').A;"],
    ['upward, dynamic', importsUpward, 'core/metrics/x.ts', "const a = await import('../changes/a.ts');"],
    ['upward, re-exported', importsUpward, 'core/metrics/x.ts', "export * from '../changes/ports.ts';"],
    ['a context from adapters/aws', importsUpward, 'adapters/aws/x.ts', "import '../metrics/a.ts';"],
    ['a context from runtime', importsUpward, 'functions/runtime/x.ts', "import '../../core/changes/a.ts';"],
    ['a construct from lib/config', importsUpward, 'lib/config/x.ts', "import '../changes/change-table.ts';"],
    ['deep, in core', importsHidden, 'core/changes/x.ts', "import '../incidents/grouping/a.ts';"],
    ['deep, a type', importsHidden, 'core/changes/x.ts', "type A = import('../incidents/grouping/a.ts').A;"],
    [
      'deep, adapters',
      importsHidden,
      'adapters/changes/x.ts',
      "import '../../core/incidents/grouping/a.ts';",
    ],
    ['deep, lib', importsHidden, 'lib/changes/x.ts', "import '../incidents/incident-management.ts';"],
    [
      'deep, functions',
      importsHidden,
      'functions/changes/a/x.ts',
      "import '../../../core/incidents/grouping/a.ts';",
    ],
    ['another store', importsHidden, 'adapters/changes/x.ts', "import '../incidents/incident-store.ts';"],
    [
      'another handler',
      importsHidden,
      'functions/changes/a/handler.ts',
      "import '../../incidents/group-signals/handler.ts';",
    ],
    ['ports in formats', importsPorts, 'core/changes/risk/formats/x.ts', "import '../../ports.ts';"],
    ['ports in health', importsPorts, 'core/changes/deployments/health/x.ts', "import '../../ports.ts';"],
    ['ports in capacity', importsPorts, 'core/forecasts/capacity/x.ts', "import '../ports.ts';"],
    ['ports in a codec', importsPorts, 'core/forecasts/codec/x.ts', "type A = import('../ports.ts').A;"],
    ['ports in a new folder', importsPorts, 'core/forecasts/new/x.ts', "import '../ports.ts';"],
    ['out of an engine', leavesEngine, 'core/forecasts/engine/x.ts', "import '../breach/a.ts';"],
    ['out of a nested engine', leavesEngine, 'core/changes/risk/engine/x.ts', "import '../../ports.ts';"],
    ['an adapter', handlersReach, 'functions/changes/a/x.ts', "import '../../../adapters/aws/clients.ts';"],
    ['an index', handlersReach, 'functions/changes/a/handler.ts', "import './index.ts';"],
    ['the SDK', handlersReach, 'functions/changes/a/x.ts', "import '@aws-sdk/client-s3';"],
    [
      'the SDK, a type',
      handlersReach,
      'functions/changes/a/x.ts',
      "type A = import('@aws-sdk/client-s3').A;",
    ],
    [
      'an adapter by runtime',
      handlersReach,
      'functions/changes/a/x.ts',
      "import '../../runtime/quotas-json.ts';",
    ],
    [
      'another function',
      handlersReach,
      'functions/changes/a/handler.ts',
      "import '../check-deployment/handler.ts';",
    ],
  ])('a planted import is found: %s', (_, rule, path, text) => {
    expect(rule([parseSource(path, text)])).toHaveLength(1);
  });

  it('a planted path from a handler to an adapter through a file of its context is found', () => {
    const handler = parseSource('functions/changes/a/handler.ts', "import '../shared-part.ts';");
    const part = parseSource('functions/changes/shared-part.ts', "import '../../adapters/aws/clients.ts';");
    expect(handlersReach([handler, part]).join()).toContain('handler.ts reaches adapters/aws/clients.ts');
  });

  it.each(['core/a/b', 'adapters/a', 'lib/a', 'functions/a', 'local'])(
    'a planted cycle in %s is found',
    (folder) => {
      const outer = parseSource(`${folder}/x.ts`, "import './inner/y.ts';");
      const inner = parseSource(`${folder}/inner/y.ts`, "import type { Z } from '../z.ts';");
      expect(folderCycle([outer, inner])).toEqual([folder, `${folder}/inner`, folder]);
      expect(fileCycle([outer, inner])).toEqual([]);
    },
  );

  it.each(['import(`./a.ts`)', 'import(name)'])('%s cannot be followed', (call) => {
    expect(() => parseSource('core/metrics/x.ts', `await ${call};`)).toThrow(/cannot follow/);
  });

  it('core/api only assembles what the contexts declare in their api and events', () => {
    const assembled = importsOf(sourcesUnder('core')).filter(
      ([from, to]) => from.startsWith('core/api/') && !to.startsWith('core/api/'),
    );
    expect(assembled.length).toBeGreaterThan(10);
    expect(assembled.filter(([, to]) => !/^core\/[a-z]+\/(?:api\/|events\.ts$)/.test(to))).toEqual([]);
  });

  it('every published file is used by another context, and every folder of use cases imports ports', () => {
    const across = importsOf(everything).filter(
      ([from, to]) => !composes(from) && contextOf(from) !== contextOf(to),
    );
    const used = new Set(across.map(([, to]) => to));
    expect([...PUBLISHED].filter((path) => !used.has(path))).toEqual([]);
    const importers = importsOf(everything).filter(([, to]) => /ports\.ts$/.test(to));
    const unused = [...USE_CASES].filter(
      (folder) => !importers.some(([from]) => posix.dirname(from) === folder),
    );
    expect(unused).toEqual([]);
  });

  it('nothing of the product but its own command and the local fleet uses the simulator', () => {
    const users = importsOf(sourcesUnder(...PRODUCT))
      .filter(([, to]) => to.startsWith('core/simulator/'))
      .map(([from]) => from);
    expect(
      users.filter((path) => !/^(?:core\/simulator|cli\/commands\/simulator|local)\//.test(path)),
    ).toEqual([]);
  });
});

describe('operations', () => {
  it('are served by a function of their context, or by query-api', () => {
    const foreign = Object.entries(OPERATIONS).filter(
      ([, { servedBy, tag }]) =>
        servedBy !== 'query-api' && !foldersIn(`functions/${tag}`).includes(servedBy),
    );
    expect(foreign.map(([id]) => id)).toEqual([]);
  });
});

describe('cycles', () => {
  it('finds a cycle, and none in a graph without cycles', () => {
    const graph = graphOf([
      ['a/1', 'b/1'],
      ['b/1', 'c/1'],
      ['c/2', 'a/1'],
    ]);
    expect(cycleIn(graph)).toBeUndefined();
    const folders = graphOf(
      [...['a', 'b', 'c'].map((x, i, all) => [`${x}/1`, `${all[(i + 1) % 3]}/2`] as const)],
      (path) => path[0]!,
    );
    expect(cycleIn(folders)).toEqual(['a', 'b', 'c', 'a']);
  });
});
