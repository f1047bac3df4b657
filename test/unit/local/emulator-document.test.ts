import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMULATOR_GAPS } from '../../../lib/config/emulator-gaps.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const document = readFileSync(join(root, 'docs', 'emulator.md'), 'utf8');

/** Rows of the table under "Omitted locally". */
const rows = [...document.matchAll(/^\| `(AWS::[\w:]+)` \| (.+) \| `(.+)` \|$/gm)].map(
  ([, type, lostLocally, coveredBy]) => ({ type, lostLocally, coveredBy }),
);

describe('docs/emulator.md', () => {
  it('lists exactly the resource types that stage local omits, with the loss and the covering test', () => {
    const gaps = EMULATOR_GAPS.map((gap) => ({ ...gap, lostLocally: gap.lostLocally.replace(/\.$/, '') }));
    expect(rows).toEqual(gaps);
  });

  it('names tests that exist', () => {
    expect(EMULATOR_GAPS.filter(({ coveredBy }) => !existsSync(join(root, coveredBy)))).toEqual([]);
  });

  it('and its decision record name the pinned version', () => {
    const pins = readFileSync(join(root, 'local', 'emulator', 'requirements.txt'), 'utf8');
    const [, version = ''] = /^ministack==([\w.]+)/m.exec(pins) ?? [];
    expect(document).toContain(`MiniStack](https://github.com/ministackorg/ministack) ${version}`);
    expect(readFileSync(join(root, 'docs', 'adr', '0002-emulator.md'), 'utf8')).toContain(
      `MiniStack ${version}`,
    );
  });
});
