import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatApiKey } from '../../core/platform/api-key.ts';
import { secretsIn } from '../architecture/secret-scan.ts';
import { root } from '../architecture/source-tree.ts';
import { withControls } from '../e2e/function-logs.ts';

/** What the functions and the emulator logged in the last run of the end-to-end tests. */
const FUNCTIONS = '.local/e2e/functions.log';
const LOGS = ['.local/e2e/emulator.log', '.local/e2e/deploy.log', FUNCTIONS];
const NAME = { tenantId: 'acme', keyId: 'abcdefgh2345' };
const MEGABYTE = 1_000_000;

/** Parts of a log with whole lines, so that a large one is scanned in little memory. */
const partsOf = (log: string): readonly string[] => {
  const parts: string[] = [];
  for (let start = 0; start < log.length; ) {
    const end = log.indexOf('\n', start + MEGABYTE);
    parts.push(log.slice(start, end === -1 ? undefined : end));
    start = end === -1 ? log.length : end + 1;
  }
  return parts;
};

const secretsInLog = async (path: string, log: string): Promise<readonly string[]> => {
  const found = [];
  for (const part of partsOf(log)) found.push(...(await secretsIn(path, part)));
  return found;
};

it.each(LOGS)('%s contains no secret', async (path) => {
  expect(existsSync(join(root, path)), 'run "npx vitest run --project e2e" first').toBe(true);
  const log = readFileSync(join(root, path), 'utf8');
  expect(log.length).toBeGreaterThan(1000);
  expect(await secretsInLog(path, log)).toEqual([]);
});

it('the functions log no character that forges a line or speaks to a terminal', () => {
  const lines = readFileSync(join(root, FUNCTIONS), 'utf8').split('\n');
  expect(withControls(lines)).toEqual([]);
  expect(withControls([...lines, 'a\u001b[2J', 'b\u202e'])).toHaveLength(2);
});

it('a planted API key is found in any part of a log', async () => {
  const line = `{"level":"INFO","message":"request","apiKey":"${formatApiKey(NAME, randomBytes(32))}"}\n`;
  const noise = '{"level":"INFO","message":"request"}\n'.repeat(40_000);
  expect(await secretsInLog('planted.log', noise + line)).toHaveLength(1);
  expect(await secretsInLog('planted.log', noise + line + noise)).toHaveLength(1);
});
