import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../cli/run-program.ts';
import { EXIT, GateReachedError } from '../../../cli/terminal/exit-codes.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import { FakeApi } from './fake-api.ts';
import { fakeTerminal, runCli } from './fake-terminal.ts';

const outcomeOf = async (error: unknown, env = {}) => {
  const terminal = fakeTerminal({ env });
  const program = new Command('test').action(() => Promise.reject(error));
  return { code: await runProgram(program, [], terminal), err: terminal.stderr.text };
};

describe('exit codes', () => {
  it('distinguish bad input (2), failures (1) and a reached gate (3), with one message each', async () => {
    expect(await outcomeOf(new InvalidInputError('bad'))).toEqual({ code: 2, err: 'forestall: bad\n' });
    expect(await outcomeOf(new DependencyUnavailableError('down'))).toEqual({
      code: 1,
      err: 'forestall: down\n',
    });
    expect(await outcomeOf('odd')).toEqual({ code: 1, err: 'forestall: odd\n' });
    expect(await outcomeOf(new GateReachedError('high'))).toEqual({ code: 3, err: 'forestall: high\n' });
  });

  it('are those that docs/cli.md lists', () => {
    const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^ {2}- `(\d)`: /gm)].map(([, code]) => Number(code));
    expect(documented).toEqual(Object.values(EXIT));
  });

  it('are 2 for an unknown command, an unknown option and a missing argument, and 0 for help', async () => {
    for (const words of [['unknown'], ['status', '--unknown'], ['forecast'], ['plan', '--targets', 'x']])
      expect(await runCli(words), words.join(' ')).toMatchObject({ code: 2, out: '' });
    expect(await runCli(['--help'])).toMatchObject({ code: 0, err: '' });
  });

  it('name an unknown subcommand, not the default one that commander takes it for', async () => {
    const { code, err } = await runCli(['incidents', 'foo']);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'forestall: incidents: found "foo", expected one of list, show, ack, mitigate, resolve, review\n(run with --help for usage)\n',
    });
    expect((await runCli(['incidents', 'list', 'foo'])).err).toContain("too many arguments for 'list'");
    expect((await runCli(['detect', 'a', 'b'])).err).toContain("too many arguments for 'detect'");
  });

  it('come with the name of the program and a way to the usage', async () => {
    const { err } = await runCli(['forecast']);
    expect(err).toBe("forestall: missing required argument 'file'\n(run with --help for usage)\n");
    for (const words of [
      ['plan', '--targets', '1', '--metrics', '1', '--quick'],
      ['simulate', '--json'],
    ])
      expect(await runCli(words)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/found no --(measure|out)/),
      });
  });

  it('are 1 if the API is unreachable or rejects the request, and 2 if its address is missing', async () => {
    const api = new FakeApi({ 'GET /v1/targets': () => ({ status: 403, body: { detail: 'no' } }) });
    const env = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'k' };
    expect(await runCli(['targets'], { env })).toMatchObject({ code: 1, out: '' });
    await api.stop();
    const missing = { FORESTALL_URL: 'not an address', FORESTALL_API_KEY: 'k' };
    expect(await runCli(['targets'], { env: missing })).toMatchObject({ code: 2, out: '' });
  });

  it('are 0 if the reader closes the pipe', async () => {
    expect(await outcomeOf(Object.assign(new Error('closed'), { code: 'EPIPE' }))).toEqual({
      code: 0,
      err: '',
    });
  });

  it('come with a stack trace if FORESTALL_DEBUG is set', async () => {
    const { err } = await outcomeOf(new Error('deep'), { FORESTALL_DEBUG: '1' });
    expect(err).toMatch(/^forestall: deep\nError: deep\n +at /);
  });
});

describe('an interactive terminal', () => {
  it('shows retries, which are not printed elsewhere', async () => {
    let asked = 0;
    const api = new FakeApi({
      'GET /v1/breaches': () =>
        ++asked % 2 === 1 ? { status: 503, body: { detail: 'busy' } } : { body: { items: [] } },
    });
    const env = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'k' };
    const watched = await runCli(['breaches'], { env, interactive: true });
    const piped = await runCli(['breaches'], { env });
    await api.stop();
    expect(watched.err).toMatch(/^forestall: GET \/v1\/breaches: 503 busy; retrying in \d+ ms\n$/);
    expect(piped).toEqual({ code: 0, out: 'no breaches predicted\n', err: '' });
  });
});
