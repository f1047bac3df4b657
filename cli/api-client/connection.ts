import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { InvalidInputError } from '../../core/shared/errors.ts';

/** Address of the API and the key to use. */
export interface Connection {
  readonly url: string;
  readonly apiKey: string;
}

const ConnectionFile = z.looseObject({ url: z.url(), apiKey: z.string().min(1) });
/** Written by `npm start`; exists while the local deployment runs. */
export const LOCAL_CONNECTION_FILE = '.local/connection.json';
const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The connection of the local deployment, if it runs. @throws InvalidInputError if the file is damaged */
export const readLocalConnection = (root = projectRoot): Connection | undefined => {
  const path = join(root, LOCAL_CONNECTION_FILE);
  if (!existsSync(path)) return undefined;
  try {
    return ConnectionFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new InvalidInputError(`${path}: expected {"url", "apiKey"} as written by \`npm start\``, {
      cause,
    });
  }
};

/** This machine, where nothing between client and server can read a request. */
const LOOPBACK = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const requireUrl = (url: string, allowHttp: boolean): string => {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (protocol === 'https:') return url;
  if (protocol !== 'http:')
    throw new InvalidInputError(`--url: found "${url}", expected an http or https address`);
  if (allowHttp || LOOPBACK.test(hostname)) return url;
  throw new InvalidInputError(
    `--url: ${url} would send the API key unencrypted: use https, or --allow-http if the network is your own`,
  );
};

/** @throws InvalidInputError if the file cannot be read or is empty */
const readKeyFile = (path: string): string => {
  const [shown, file] = path === '-' ? ['standard input', 0] : [path, path];
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new InvalidInputError(`--key-file: cannot read ${shown}`, { cause });
  }
  if (/^\S+$/.test(text)) return text;
  throw new InvalidInputError(`--key-file: expected an API key and nothing else in ${shown}`);
};

/** What the options of a command say about the connection. */
export interface ConnectionChoice {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  /** File that holds the key; `-` for standard input. */
  readonly keyFile?: string | undefined;
  readonly allowHttp?: boolean | undefined;
}

const keyOf = ({ key, keyFile }: ConnectionChoice): string | undefined => {
  if (key !== undefined && keyFile !== undefined)
    throw new InvalidInputError('--key-file: found --key as well, expected one of them');
  return key ?? (keyFile === undefined ? undefined : readKeyFile(keyFile));
};

/**
 * Options take precedence over FORESTALL_URL and FORESTALL_API_KEY, and these over the local deployment. The local key is
 * used only with the local address, so that it is never sent elsewhere. @throws InvalidInputError
 */
export const resolveConnection = (
  options: ConnectionChoice,
  env: Readonly<Record<string, string | undefined>>,
  root?: string,
): Connection => {
  const url = options.url ?? (env.FORESTALL_URL || undefined);
  const apiKey = keyOf(options) ?? (env.FORESTALL_API_KEY || undefined);
  const local = url === undefined || apiKey === undefined ? readLocalConnection(root) : undefined;
  const chosen = url ?? local?.url;
  if (chosen === undefined) {
    throw new InvalidInputError('no API address: set --url or FORESTALL_URL, or run `npm start` first');
  }
  const key = apiKey ?? (chosen === local?.url ? local.apiKey : undefined);
  if (key === undefined) throw new InvalidInputError('no API key: set FORESTALL_API_KEY or --key-file');
  return { url: requireUrl(chosen, options.allowHttp === true), apiKey: key };
};
