import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator as recommended } from '@secretlint/secretlint-rule-preset-recommend';
import { root } from './source-tree.ts';

const CONFIG = {
  rules: [
    {
      id: '@secretlint/secretlint-rule-preset-recommend',
      rule: recommended,
      rules: [{ id: '@secretlint/secretlint-rule-aws', options: { enableIDScanRule: true } }],
    },
  ],
};

/** Also of Ed25519, which the preset does not find. */
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{32,}/g;

/** Keys of Forestall's own API and secrets of its webhooks, which no scanner knows. Those of tests repeat or count characters. */
const OWN_KEY = /\bfsk_[a-z0-9-]{2,39}_[a-z2-7]{12}_([A-Za-z0-9_-]{43})|\bwhsec_([A-Za-z0-9+/]{43})=/g;
const MIN_DISTINCT = 20;
const isRandom = (secret: string): boolean =>
  new Set(secret).size >= MIN_DISTINCT && !/abcdef|012345|ABCDEF/.test(secret);

const BINARY = new Set(['.gz', '.png', '.gif', '.ico', '.woff2', '.zip', '.parquet']);

/** Tokens of people (JWT) and of the API that are signed. */
const TOKEN = /\beyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{40,}|\bfst_[\w-]{16,}\.[\w-]{43}/g;

/** Paths of all files that git tracks, without binary ones and the lockfile, whose hashes look like secrets. */
export const trackedFiles = (): readonly string[] =>
  execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && path !== 'package-lock.json' && !BINARY.has(extname(path)));

/** Account ids are no secrets. */
const isSecret = ({ messageId }: { readonly messageId: string }): boolean => messageId !== 'AWSAccountID';

/** The secrets in a text: the place and kind of each, without the secret itself. */
export const secretsIn = async (filePath: string, content: string): Promise<readonly string[]> => {
  const { messages } = await lintSource({
    source: { filePath, content, ext: extname(filePath), contentType: 'text' },
    options: { config: CONFIG, maskSecrets: true, noPhysicFilePath: true },
  });
  const keys = [...content.matchAll(OWN_KEY)].filter(([, key, secret = key ?? '']) => isRandom(secret));
  const own = [...keys, ...content.matchAll(PRIVATE_KEY), ...content.matchAll(TOKEN)];
  return [
    ...messages
      .filter(isSecret)
      .map(({ loc, messageId, ruleId }) => `${filePath}:${loc.start.line}: ${messageId} (${ruleId})`),
    ...own.map(({ index }) => `${filePath}: key at character ${index}`),
  ];
};

/** The secrets in files of the project. */
export const secretsInFiles = async (paths: readonly string[]): Promise<readonly string[]> => {
  const found = [];
  for (const path of paths) found.push(...(await secretsIn(path, readFileSync(join(root, path), 'utf8'))));
  return found;
};
