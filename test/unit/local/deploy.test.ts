import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { deployedFraction, readStackProgress } from '../../../local/deploy/cdk-progress.ts';
import { readStackOutputs } from '../../../local/deploy/stack-outputs.ts';
import { apiAddress, requireOutput } from '../../../local/deploy.ts';
import { CommandFailedError, runCommand } from '../../../local/emulator/run-command.ts';

describe('progress of a deployment', () => {
  it('is read from the event lines of the CDK', () => {
    const line =
      'Forestall-local-Data |  3/31 | 3:24:33 AM | CREATE_COMPLETE | AWS::S3::Bucket | Raw (Raw72517081) ';
    expect(readStackProgress(line)).toEqual({ stack: 'Forestall-local-Data', done: 3, total: 31 });
  });

  it.each(['', '✅  Forestall-local-Data', 'Outputs:', 'a | b | c'])('ignores the line %o', (line) => {
    expect(readStackProgress(line)).toBeUndefined();
  });

  it('counts every stack the same, and one without events as not begun', () => {
    const latest = [
      { stack: 'a', done: 10, total: 10 },
      { stack: 'b', done: 1, total: 2 },
    ];
    expect(deployedFraction(latest, 3)).toBeCloseTo(0.5);
    expect(deployedFraction([], 0)).toBe(0);
  });
});

describe('outputs of the stacks', () => {
  const outputs = {
    Data: { TableName: 't' },
    Edge: { ApiUrl: 'http://ab12.execute-api.localhost:4566', Same: '1' },
  };

  it('are read from the file of the CDK', () => {
    const folder = mkdtempSync(join(tmpdir(), 'forestall-outputs-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'outputs.json');
    writeFileSync(path, JSON.stringify(outputs));
    expect(readStackOutputs(path)).toEqual(outputs);
    writeFileSync(path, '{"Data": {"TableName": 3}}');
    expect(() => readStackOutputs(path)).toThrow(/TableName/);
  });

  it('are found by name in any stack', () => {
    expect(requireOutput(outputs, 'ApiUrl')).toBe(outputs.Edge.ApiUrl);
  });

  it('are an error if none or two have the name', () => {
    expect(() => requireOutput(outputs, 'Absent')).toThrow(ConfigurationError);
    expect(() => requireOutput({ ...outputs, More: { Same: '2' } }, 'Same')).toThrow(/found 2/);
  });

  it('give the API an address that needs no name resolution', () => {
    expect(apiAddress(outputs.Edge.ApiUrl, 4566)).toBe('http://127.0.0.1:4566/_aws/execute-api/ab12');
  });
});

describe('runCommand', () => {
  it('returns the lines of both streams', async () => {
    const lines = await runCommand('node', ['-e', 'console.log("a"); console.error("b")']);
    expect([...lines].sort()).toEqual(['a', 'b']);
  });

  it('fails with the last lines and the status', async () => {
    const failure = await runCommand('node', [
      '-e',
      'for (let i = 0; i < 50; i++) console.log(i); process.exit(3)',
    ]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandFailedError);
    expect(String(failure)).toMatch(/exited with status 3[\s\S]*49$/);
    expect(failure).toMatchObject({ lastLines: expect.arrayContaining(['30', '49']) });
    expect(failure).not.toMatchObject({ lastLines: expect.arrayContaining(['29']) });
  });

  it('fails if the program does not exist', async () => {
    await expect(runCommand('/no/such/program', ['x'])).rejects.toThrow(/could not run/);
  });

  it('ends the program when aborted', async () => {
    const stop = new AbortController();
    const running = runCommand('node', ['-e', 'setInterval(() => {}, 1000); console.log("up")'], {
      signal: stop.signal,
      onLine: () => stop.abort(),
    });
    await expect(running).rejects.toThrow(CommandFailedError);
  });
});
