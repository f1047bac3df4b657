import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../cli/run-program.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { FakeApi } from './fake-api.ts';
import { fakeTerminal, runCli } from './fake-terminal.ts';

const outcomeOf = async (error: unknown, env = {}) => {
  const terminal = fakeTerminal({ env });
  const program = new Command('test').action(() => Promise.reject(error));
  return { code: await runProgram(program, [], terminal), err: terminal.stderr.text };
};

describe('exit codes', () => {
  it('tell bad input from failures, with one message each', async () => {
    expect(await outcomeOf(new InvalidInputError('bad'))).toEqual({ code: 2, err: 'forestall: bad\n' });
    expect(await outcomeOf(new DependencyUnavailableError('down'))).toEqual({
      code: 1,
      err: 'forestall: down\n',
    });
    expect(await outcomeOf('odd')).toEqual({ code: 1, err: 'forestall: odd\n' });
  });

  it('are 0 where the reader went away', async () => {
    expect(await outcomeOf(Object.assign(new Error('closed'), { code: 'EPIPE' }))).toEqual({
      code: 0,
      err: '',
    });
  });

  it('come with a stack where one is asked for', async () => {
    const { err } = await outcomeOf(new Error('deep'), { FORESTALL_DEBUG: '1' });
    expect(err).toMatch(/^forestall: deep\nError: deep\n +at /);
  });
});

describe('a person at the terminal', () => {
  it('is told of waits, and others are not', async () => {
    let asked = 0;
    const api = new FakeApi({
      'GET /v1/breaches': () =>
        ++asked % 2 === 1 ? { status: 503, body: { detail: 'busy' } } : { body: { items: [] } },
    });
    const env = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'k' };
    const watched = await runCli(['breaches'], { env, interactive: true });
    const piped = await runCli(['breaches'], { env });
    await api.stop();
    expect(watched.err).toMatch(/^forestall: GET \/v1\/breaches: 503 busy; again in \d+ ms\n$/);
    expect(piped).toEqual({ code: 0, out: 'no breach predicted\n', err: '' });
  });
});
