import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALERT_TYPES } from '../../../core/remediation/alerts/alert-types.ts';
import { CATALOGUE } from '../../../core/remediation/catalogue/catalogue.ts';
import { EXAMPLES } from '../../../release/action-examples.ts';
import { actionsPage } from '../../../release/actions-page.ts';

const page = actionsPage();

describe('docs/actions.md', () => {
  it('is up to date: run "npm run actions"', () => {
    expect(readFileSync(join(import.meta.dirname, '../../../docs/actions.md'), 'utf8')).toBe(page);
  });

  it('describes every action and alert type, and every parameter with its meaning', () => {
    for (const { id } of CATALOGUE) expect(page).toContain(`\n### ${id}\n`);
    for (const { id } of ALERT_TYPES) expect(page).toContain(`\n| \`${id}\`<br>`);
    expect(page).not.toMatch(/^\| `\w+` \| {2}\|/m);
    expect(page).not.toContain('undefined');
  });

  it('has no example of an action that does not exist', () => {
    expect(new Set(Object.keys(EXAMPLES))).toEqual(new Set(CATALOGUE.map(({ id }) => id)));
  });
});
