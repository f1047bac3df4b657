/** Programs written for one test: an interpreter that replaces the emulator, a CDK that only records its arguments. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is removed when the test ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'forestall-local-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Writes an executable CommonJS program; returns its path. */
export const writeProgram = (path: string, source: string): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!${process.execPath}\n${source}\n`);
  chmodSync(path, 0o755);
  return path;
};

/** Replaces Python: responds on the given port, and ends with its starter like launch.py. */
export const EMULATOR = `
process.stdin.on('end', () => process.exit(0)).resume();
const answer = (request, response) => {
  if (request.url === '/_ministack/health') return response.end('ok');
  if (request.url.includes('/invocations')) {
    const failure = process.env.FAKE_FUNCTION_ERROR;
    if (failure) response.setHeader('X-Amz-Function-Error', 'Unhandled');
    return response.end(failure || JSON.stringify({ apiKey: 'fsk_test' }));
  }
  response.statusCode = 404;
  response.end();
};
console.log('listening on', process.env.GATEWAY_PORT);
require('node:http').createServer(answer).listen(Number(process.env.GATEWAY_PORT), process.env.BIND_HOST);
`;
