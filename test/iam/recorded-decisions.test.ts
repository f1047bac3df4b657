import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../architecture/source-tree.ts';
import { decidedChanges, RECORDED_ACTIONS, readActions } from './decided-changes.ts';

/** Judges the calls and decisions that the last run of the end-to-end tests recorded. */

const path = join(root, RECORDED_ACTIONS);
const judged = existsSync(path) ? decidedChanges(readActions(readFileSync(path, 'utf8'))) : undefined;

it('the end-to-end tests recorded what they changed', () => {
  expect(judged, 'run "npx vitest run --project e2e" first').toBeDefined();
  expect(judged?.faults).toEqual([]);
});

it('each change of a remediation follows exactly one decision', () => {
  expect(judged?.changes).toBeGreaterThan(0);
});
