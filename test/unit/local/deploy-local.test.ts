import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deployLocal } from '../../../local/deploy.ts';
import { CommandFailedError } from '../../../local/emulator/run-command.ts';
import { temporaryFolder, writeProgram } from './fake-program.ts';

/** Records each call, synthesises two stacks, and reports the progress of one. */
const CDK = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const [command, ...args] = process.argv.slice(2);
const valueOf = (option) => args[args.indexOf(option) + 1];
const { AWS_ENDPOINT_URL, AWS_PROFILE } = process.env;
const call = { command, args, cwd: process.cwd(), AWS_ENDPOINT_URL, AWS_PROFILE };
appendFileSync(join(__dirname, 'calls.jsonl'), JSON.stringify(call) + '\\n');
console.log(command + ' says hello');
if (process.env.FAKE_CDK_FAILS === command) {
  console.error(command + ' went wrong');
  process.exit(1);
}
if (command === 'synth') {
  mkdirSync(valueOf('--output'), { recursive: true });
  for (const stack of ['Data', 'Edge']) writeFileSync(join(valueOf('--output'), stack + '.template.json'), '{}');
}
if (command === 'deploy') {
  for (const done of [1, 2]) console.log('Data | ' + done + '/2 | 3:24:33 AM | CREATE_COMPLETE | AWS::S3::Bucket | Raw');
  writeFileSync(valueOf('--outputs-file'), JSON.stringify({ Data: { TableName: 't' } }));
}
`;

const prepare = () => {
  const projectRoot = temporaryFolder();
  const bin = join(projectRoot, 'node_modules', '.bin');
  writeProgram(join(bin, 'cdk'), CDK);
  const calls = () =>
    readFileSync(join(bin, 'calls.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { projectRoot, calls, home: join(projectRoot, '.local') };
};

/** Runs with a CDK that fails at this command. */
const failingAt = async (command: string, run: () => Promise<unknown>): Promise<unknown> => {
  process.env.FAKE_CDK_FAILS = command;
  try {
    return await run().catch((error: unknown) => error);
  } finally {
    delete process.env.FAKE_CDK_FAILS;
  }
};

describe('deploying into the emulator', () => {
  it('bootstraps, synthesises stage local, deploys every stack, and returns the outputs', async () => {
    const { projectRoot, calls, home } = prepare();
    expect(await deployLocal({ projectRoot, port: 4570 })).toEqual({ Data: { TableName: 't' } });
    const [first, second, third] = calls();
    expect([first.command, second.command].sort()).toEqual(['bootstrap', 'synth']);
    const synth = first.command === 'synth' ? first : second;
    const bootstrap = first.command === 'synth' ? second : first;
    expect(bootstrap).toMatchObject({
      cwd: home,
      args: expect.arrayContaining(['aws://000000000000/us-east-1']),
    });
    expect(synth).toMatchObject({ cwd: projectRoot, args: expect.arrayContaining(['stage=local']) });
    expect(third).toMatchObject({ command: 'deploy', cwd: home });
    expect(third.args.join(' ')).toContain(`--all --app ${join(home, 'cdk.out')}`);
    expect(third.args.join(' ')).toContain('--require-approval never');
  });

  it('reaches the emulator only', async () => {
    const { projectRoot, calls } = prepare();
    process.env.AWS_PROFILE = 'production';
    try {
      await deployLocal({ projectRoot, port: 4570 });
    } finally {
      delete process.env.AWS_PROFILE;
    }
    for (const call of calls()) {
      expect(call.AWS_ENDPOINT_URL).toBe('http://localhost:4570');
      expect(call.AWS_PROFILE).toBeUndefined();
    }
  });

  it('reports its steps and progress', async () => {
    const { projectRoot } = prepare();
    const progress: unknown[] = [];
    await deployLocal({ projectRoot, port: 4570, onProgress: (event) => progress.push(event) });
    expect(progress).toEqual([
      { message: 'Bundling the functions and synthesising the stacks' },
      { message: 'Deploying the stacks', fraction: 0 },
      { message: 'Deploying Data', fraction: 0.25 },
      { message: 'Deploying Data', fraction: 0.5 },
    ]);
  });

  it('replaces what an earlier deployment left', async () => {
    const { projectRoot, home } = prepare();
    const stale = join(home, 'cdk.out', 'Old.template.json');
    mkdirSync(join(home, 'cdk.out'), { recursive: true });
    writeFileSync(stale, '{}');
    writeFileSync(join(home, 'deploy.log'), 'old log\n');
    await deployLocal({ projectRoot, port: 4570 });
    expect(existsSync(stale)).toBe(false);
    expect(readFileSync(join(home, 'deploy.log'), 'utf8')).not.toContain('old log');
  });

  it('keeps its files in another folder, if set', async () => {
    const { projectRoot, home } = prepare();
    const folder = join(projectRoot, 'elsewhere');
    await deployLocal({ projectRoot, port: 4570, folder });
    expect(existsSync(home)).toBe(false);
    expect(readFileSync(join(folder, 'deploy.log'), 'utf8')).toContain('deploy says hello');
  });

  it.each([
    ['bootstrap', 'cdk bootstrap failed'],
    ['synth', 'cdk synth -c stage=local failed'],
    ['deploy', 'cdk deploy failed'],
  ])('that fails at %s shows the end and the path of the log', async (command, title) => {
    const { projectRoot, home, calls } = prepare();
    const failure = await failingAt(command, () => deployLocal({ projectRoot, port: 4570 }));
    expect(failure).toBeInstanceOf(CommandFailedError);
    expect(String(failure)).toContain(
      `${title}. The complete log is ${join(home, 'deploy.log')}; it ends with:`,
    );
    expect(String(failure)).toContain(`${command} went wrong`);
    if (command !== 'deploy') expect(calls().map((call) => call.command)).not.toContain('deploy');
  });

  it('leaves no outputs of an earlier deployment behind if it fails', async () => {
    const { projectRoot, home } = prepare();
    await deployLocal({ projectRoot, port: 4570 });
    await failingAt('deploy', () => deployLocal({ projectRoot, port: 4570 }));
    expect(existsSync(join(home, 'outputs.json'))).toBe(false);
  });

  it('ends when it is interrupted', async () => {
    const { projectRoot } = prepare();
    const signal = AbortSignal.abort();
    await expect(deployLocal({ projectRoot, port: 4570, signal })).rejects.toThrow(CommandFailedError);
  });
});
