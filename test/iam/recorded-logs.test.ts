import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { formatApiKey } from '../../core/platform/api-key.ts';
import { secretsIn } from '../architecture/secret-scan.ts';
import { root } from '../architecture/source-tree.ts';
import { withControls } from '../e2e/function-logs.ts';
import { leakedIn, partsOf } from '../e2e/leaked-credentials.ts';

/** What the functions and the emulator logged in the last run of the end-to-end tests. */
const FUNCTIONS = '.local/e2e/functions.log';
const LOGS = ['.local/e2e/emulator.log', '.local/e2e/deploy.log', FUNCTIONS];
/** The credentials that the run created and sent, as `local/emulator/record_credentials.py` writes them. */
const CREDENTIALS = '.local/e2e/recorded-credentials.jsonl';
const NAME = { tenantId: 'acme', keyId: 'abcdefgh2345' };
const MEGABYTE = 1_000_000;
const base16 = (character: string): string => character.charCodeAt(0).toString(16);

/** Parts of a log with whole lines, so that a large one is scanned in little memory. */
const linesOf = (log: string): readonly string[] => {
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
  for (const part of linesOf(log)) found.push(...(await secretsIn(path, part)));
  return found;
};

it.each(LOGS)('%s contains no secret', async (path) => {
  expect(existsSync(join(root, path)), 'run "npx vitest run --project e2e" first').toBe(true);
  const log = readFileSync(join(root, path), 'utf8');
  expect(log.length).toBeGreaterThan(1000);
  expect(await secretsInLog(path, log)).toEqual([]);
});

const recordedCredentials = (): readonly string[] => {
  expect(existsSync(join(root, CREDENTIALS)), 'run "npx vitest run --project e2e" first').toBe(true);
  const lines = readFileSync(join(root, CREDENTIALS), 'utf8').trimEnd().split('\n');
  return lines.map((line) => z.string().parse(JSON.parse(line)));
};

describe('the credentials of the run', () => {
  it('are keys, tokens, signing secrets and passwords', () => {
    const credentials = recordedCredentials();
    for (const kind of [/^fsk_/, /^fst_/, /^eyJ/, /"key": ?"/, /^[\w-]+aA1!$/])
      expect([kind, credentials.some((text) => kind.test(text))]).toEqual([kind, true]);
  });

  it.each(LOGS)('are not in %s, not even in parts or in an encoding', (path) => {
    const parts = partsOf(recordedCredentials());
    expect(parts.words.size).toBeGreaterThan(100);
    expect(parts.texts.length).toBeGreaterThan(0);
    const log = readFileSync(join(root, path), 'utf8');
    expect(linesOf(log).flatMap((each) => leakedIn(each, parts))).toEqual([]);
  });
});

describe('a planted part of a credential is found:', () => {
  const key = formatApiKey(NAME, randomBytes(32));
  const signing = randomBytes(32).toString('hex');
  const password = `${randomBytes(24).toString('base64url')}aA1!`;
  const webhook = `v1,${randomBytes(32).toString('base64')}`;
  // As Secrets Manager makes them.
  const generated = `3S"q\\.jY(A)#X:6v!|${signing.slice(0, 9)}{Zp,k&w}`;
  const stored = [signing, generated].map((secret) => JSON.stringify({ id: 'v', key: secret }));
  const parts = partsOf([key, ...stored, password, webhook]);
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  it('none in a line without one', () => {
    expect(leakedIn(`{"keyId":"${NAME.keyId}","tenantId":"acme","id":"${randomUUID()}"}`, parts)).toEqual([]);
  });

  it.each([
    ['a key', key],
    ['the beginning of its secret', key.slice(0, -20)],
    ['its end', `…${key.slice(-21)}`],
    ['a signing secret within other text', `{"text":"secret=${signing}"}`],
    ['a generated secret', JSON.stringify(generated)],
    ['the beginning of a generated secret', JSON.stringify(generated.slice(0, 21))],
    ['a password', password],
    ['a signature', webhook],
    ['a header in base64', base64(`Authorization: Bearer ${key}`)],
    ['a key in base64, one character later', base64(`x${key}`)],
    ['a key in base64, two characters later', base64(`xy${key}`)],
    ['a key in base64url', Buffer.from(`a:${key}`).toString('base64url')],
    ['a signature in a query', `?signature=${encodeURIComponent(webhook)}`],
    ['every character of a key in percent-encoding', key.replaceAll(/./g, (c) => `%${base16(c)}`)],
  ])('%s', (_, text) => {
    expect(leakedIn(`{"level":"INFO","message":"${text}"}`, parts)).not.toEqual([]);
  });
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
