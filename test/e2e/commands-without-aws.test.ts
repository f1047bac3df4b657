/** The commands of the documents that need no deployment, and the npm scripts. */
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npmScripts } from '../architecture/documented-commands.ts';
import { ELSEWHERE, OF_DEVELOPERS, ON_FILES } from './command-lines.ts';
import { commandShell, writeFiles } from './command-shell.ts';

/** Nothing listens there: these commands need no AWS. */
const CLOSED_PORT = 9;
const shell = commandShell(CLOSED_PORT);

beforeAll(() => writeFiles(shell));
afterAll(() => shell.remove());

describe('forestall on files', () => {
  it.each(ON_FILES)('%s', async (line) => {
    expect(await shell.run(line)).not.toBe('');
  });
});

describe('commands for developers', () => {
  it.each([...new Set(Object.values(OF_DEVELOPERS))])('%s', async (line) => {
    await shell.run(line, shell.root);
  });

  it('npm run format formats', async () => {
    const copy = join(shell.folder, 'format');
    mkdirSync(copy);
    for (const file of ['package.json', 'biome.json', '.gitignore'])
      copyFileSync(join(shell.root, file), join(copy, file));
    symlinkSync(join(shell.root, 'node_modules'), join(copy, 'node_modules'));
    writeFileSync(join(copy, 'crooked.ts'), 'export   const one = "1"\n');
    await shell.run('npm run format', copy);
    expect(readFileSync(join(copy, 'crooked.ts'), 'utf8')).toBe("export const one = '1';\n");
  });

  it('npm run check is a sequence of scripts that run', () => {
    const { check = '' } = npmScripts();
    expect(Object.keys({ ...OF_DEVELOPERS, ...ELSEWHERE })).toEqual(
      expect.arrayContaining(check.split(' && ')),
    );
  });
});
