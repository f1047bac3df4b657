import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readRecord } from '../../../local/emulator/emulator-record.ts';
import { fingerprintPins } from '../../../local/emulator/virtual-environment.ts';
import { openSession, type SessionOptions } from '../../../local/session.ts';
import { StageTimes } from '../../../local/stage-times.ts';
import { EMULATOR, temporaryFolder, writeProgram } from './fake-program.ts';

const CDK = (outputs: object) => `
const { mkdirSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const valueOf = (option) => args[args.indexOf(option) + 1];
if (args[0] === 'synth') mkdirSync(valueOf('--output'), { recursive: true });
if (args[0] === 'deploy') writeFileSync(valueOf('--outputs-file'), ${JSON.stringify(JSON.stringify(outputs))});
`;
const OUTPUTS = {
  Edge: { ApiUrl: 'http://ab12.execute-api.localhost:4566', IssueApiKeyFunctionName: 'issue-api-key' },
};

/** A project whose Python and CDK are programs of this test. */
const project = (outputs: object = OUTPUTS) => {
  const root = temporaryFolder();
  const venv = join(root, '.local', 'venv');
  mkdirSync(join(root, 'local', 'emulator'), { recursive: true });
  writeFileSync(join(root, 'local', 'emulator', 'requirements.txt'), 'ministack==1.0.0\n');
  writeProgram(join(venv, 'bin', 'python'), EMULATOR);
  writeFileSync(join(venv, 'forestall-pins'), fingerprintPins('ministack==1.0.0'));
  writeProgram(join(root, 'node_modules', '.bin', 'cdk'), CDK(outputs));
  return root;
};

const out = new PassThrough();
const open = async (projectRoot: string, more: Partial<SessionOptions> = {}) => {
  const session = await openSession({ projectRoot, stages: new StageTimes(out), ...more });
  onTestFinished(() => session.close());
  return session;
};
const isRunning = (root: string) => readRecord(join(root, '.local', 'emulator.json')) !== undefined;

const inherited = { ...process.env };
beforeEach(() => {
  process.env.AWS_PROFILE = 'production';
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in inherited)) delete process.env[name];
  Object.assign(process.env, inherited);
});

describe('a local session', () => {
  it('has an API with a key, which other programs of the project find', async () => {
    const root = project();
    const session = await open(root);
    expect(session.url).toBe(`http://127.0.0.1:${session.emulator.port}/_aws/execute-api/ab12`);
    expect(session.apiKey).toBe('fsk_test');
    expect(session.outputs).toEqual(OUTPUTS);
    const file = join(root, '.local', 'connection.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ url: session.url, apiKey: 'fsk_test' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(String(out.read())).toMatch(/▸ Start the AWS emulator[\s\S]*▸ Deploy the CDK app, stage local/);
  });

  it('points the clients of this process at the emulator, away from any account', async () => {
    const { emulator } = await open(project());
    expect(process.env.AWS_PROFILE).toBeUndefined();
    expect(process.env.AWS_ENDPOINT_URL).toBe(emulator.endpoint);
  });

  it('leaves neither emulator nor connection when it is closed', async () => {
    const root = project();
    const session = await open(root);
    await session.close();
    await session.emulator.ended;
    expect(existsSync(join(root, '.local', 'connection.json'))).toBe(false);
    expect(isRunning(root)).toBe(false);
    await session.close();
  });

  it('keeps its files in another folder, if set', async () => {
    const root = project();
    const folder = join(root, 'elsewhere');
    await open(root, { folder });
    for (const name of ['connection.json', 'emulator.json', 'outputs.json'])
      expect(existsSync(join(folder, name))).toBe(true);
    expect(isRunning(root)).toBe(false);
  });

  it('that cannot be deployed stops the emulator', async () => {
    const root = project();
    writeProgram(join(root, 'node_modules', '.bin', 'cdk'), 'console.log("no disk"); process.exit(1);');
    await expect(open(root)).rejects.toThrow(/^Deploy the CDK app, stage local: cdk \w+[\s\S]*no disk/);
    expect(isRunning(root)).toBe(false);
  });

  it('without the outputs that it needs stops the emulator, and says which is missing', async () => {
    const root = project({ Edge: { ApiUrl: OUTPUTS.Edge.ApiUrl } });
    await expect(open(root)).rejects.toThrow('IssueApiKeyFunctionName');
    expect(isRunning(root)).toBe(false);
  });

  it('that gets no API key stops the emulator, and shows the response', async () => {
    const root = project();
    process.env.FAKE_FUNCTION_ERROR = '{"errorMessage":"table is missing"}';
    await expect(open(root)).rejects.toThrow(
      'issue-api-key returned no API key: {"errorMessage":"table is missing"}',
    );
    expect(isRunning(root)).toBe(false);
  });

  it('that is interrupted stops the emulator', async () => {
    const root = project();
    const interruption = new AbortController();
    writeProgram(
      join(root, 'node_modules', '.bin', 'cdk'),
      'console.log("up"); setInterval(() => {}, 1000);',
    );
    const opening = open(root, { signal: interruption.signal });
    setTimeout(() => interruption.abort(), 1500);
    await expect(opening).rejects.toThrow();
    expect(isRunning(root)).toBe(false);
  });
});
