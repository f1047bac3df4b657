import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './fake-terminal.ts';

describe('forestall bench', () => {
  it('requires data, and rejects a missing directory', async () => {
    expect(await runCli(['bench', 'diagnose'])).toEqual({
      code: 2,
      out: '',
      err: 'forestall: no data: pass --data DIR or set FORESTALL_DATA\n',
    });
    const missing = await runCli(['bench', 'diagnose'], { env: { FORESTALL_DATA: '/nowhere' } });
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('found no directory /nowhere') });
  });

  it('rejects an unknown bench and lists the known ones', async () => {
    const { code, err } = await runCli(['bench', 'everything', '--data', '.']);
    expect(code).toBe(2);
    expect(err).toContain('diagnose');
  });

  it('fails if the data directory lacks the files of the bench', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'forestall-'));
    const { code, out, err } = await runCli(['bench', 'diagnose', '--data', empty]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^forestall: .*found no root-causes\.json/);
    const detect = await runCli(['bench', 'detect', '--data', empty]);
    expect(detect.code).toBe(2);
    expect(detect.err).toMatch(/^forestall: --data: found no .*windows\.json, expected .*docs\/cli\.md/);
  });
});
