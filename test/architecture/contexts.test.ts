import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTEXTS, contextOf, isPublished, OTHER_ROOMS, PUBLISHED, rankOf } from './contexts.ts';
import { cycleIn, graphOf } from './cycles.ts';
import { foldersIn, PRODUCT, sourcesUnder } from './source-tree.ts';

const LAYERS_WITH_CONTEXTS = ['core', 'adapters', 'functions', 'lib', 'cli', 'bench'];

/** The project's own imports as pairs of paths. */
const importsUnder = (...layers: readonly string[]): readonly (readonly [string, string])[] =>
  sourcesUnder(...layers).flatMap(({ path, imports }) =>
    imports.filter((imported) => imported.endsWith('.ts')).map((imported) => [path, imported] as const),
  );

describe('contexts', () => {
  it.each(Object.entries(OTHER_ROOMS))(
    'the folders of %s are contexts, or rooms of that layer',
    (layer, rooms) => {
      const known = new Set<string>([...CONTEXTS, ...rooms]);
      expect(foldersIn(layer).filter((folder) => !known.has(folder))).toEqual([]);
    },
  );

  it('a context imports only contexts below it', () => {
    const upward = importsUnder(...LAYERS_WITH_CONTEXTS).filter(([from, to]) => {
      const [own, other] = [contextOf(from), contextOf(to)];
      // Rules of the event bus match events of any context; benches of any context run on simulated fleets.
      if (from.startsWith('lib/') && to === 'core/api/event-catalogue.ts') return false;
      if (from.startsWith('bench/') && other !== undefined && ['simulator', 'api'].includes(other))
        return false;
      return own !== undefined && other !== undefined && rankOf(other) > rankOf(own);
    });
    expect(upward).toEqual([]);
  });

  it('across contexts only ports, events, the API and entities are imported', () => {
    const hidden = importsUnder('core').filter(
      ([from, to]) => contextOf(from) !== contextOf(to) && !isPublished(to),
    );
    expect(hidden).toEqual([]);
  });

  it('core/api only assembles what the contexts declare in their api and events', () => {
    const assembled = importsUnder('core').filter(
      ([from, to]) => from.startsWith('core/api/') && !to.startsWith('core/api/'),
    );
    expect(assembled.length).toBeGreaterThan(10);
    expect(assembled.filter(([, to]) => !/^core\/[a-z]+\/(?:api\/|events\.ts$)/.test(to))).toEqual([]);
  });

  it('every published file exists and is used by another context', () => {
    const used = new Set(
      importsUnder('core').flatMap(([from, to]) => (contextOf(from) === contextOf(to) ? [] : [to])),
    );
    expect([...PUBLISHED].filter((path) => !used.has(path))).toEqual([]);
  });

  it('nothing of the product but its own command and the local fleet uses the simulator', () => {
    const users = importsUnder(...PRODUCT)
      .filter(([, to]) => to.startsWith('core/simulator/'))
      .map(([from]) => from);
    expect(
      users.filter((path) => !/^(?:core\/simulator|cli\/commands\/simulator|local)\//.test(path)),
    ).toEqual([]);
  });

  it('engines import no ports', () => {
    const engines = importsUnder('core').filter(([from]) =>
      /^core\/(?:(?:[a-z]+\/)+engine|forecasts\/(?:breach|trends)|incidents\/diagnosis)\//.test(from),
    );
    expect(engines.length).toBeGreaterThan(100);
    expect(engines.filter(([, to]) => /ports\.ts$/.test(to))).toEqual([]);
  });

  it('an `engine` imports only itself, what is shared and series', () => {
    const outside = importsUnder('core').filter(([from, to]) => {
      const engine = /^core\/[a-z]+\/engine\//.exec(from)?.[0];
      return (
        engine !== undefined &&
        ![engine, 'core/shared/', 'core/metrics/series/'].some((own) => to.startsWith(own))
      );
    });
    expect(outside).toEqual([]);
  });
});

describe('cycles', () => {
  it('no file imports itself by way of others, types included', () => {
    expect(cycleIn(graphOf(importsUnder(...PRODUCT, 'bench')))).toBeUndefined();
  });

  it('no folder of a context imports itself by way of others', () => {
    const folderOf = (path: string) => posix.dirname(path).split('/').slice(0, 3).join('/');
    expect(cycleIn(graphOf(importsUnder('core'), folderOf))).toBeUndefined();
  });

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
