import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { demandsOf } from '../../adapters/platform/deployment/set-up-facts.ts';
import { resourcesIn, stageOf } from './synthesised-stage.ts';

it('the README states how many functions stage prod may run at once, to the next 50', () => {
  const resources = [...resourcesIn(stageOf('prod'))].map(([path, { Type, Properties }]) => ({
    path,
    logicalId: path,
    type: Type,
    physicalId: path,
    properties: Properties ?? {},
  }));
  const needed = demandsOf(resources).reduce((sum, { functions }) => sum + functions, 0);
  const [, stated] = /runs up to about (\d+)/.exec(readFileSync('README.md', 'utf8')) ?? [];
  expect(Number(stated)).toBe(Math.ceil(needed / 50) * 50);
});
