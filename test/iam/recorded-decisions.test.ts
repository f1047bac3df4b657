import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../architecture/source-tree.ts';
import { decidedChanges, RECORDED_ACTIONS, readActions } from './decided-changes.ts';

/** Judges the calls and decisions that the last run of the end-to-end tests recorded. */

it('each change of a remediation follows exactly one decision', () => {
  const path = join(root, RECORDED_ACTIONS);
  expect(existsSync(path), 'run "npx vitest run --project e2e" first').toBe(true);
  const { changes, faults } = decidedChanges(readActions(readFileSync(path, 'utf8')));
  expect(faults).toEqual([]);
  expect(changes).toBeGreaterThan(0);
});
