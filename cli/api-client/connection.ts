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

const requireUrl = (url: string): string => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return url;
  throw new InvalidInputError(`--url: found "${url}", expected an http or https address`);
};

/**
 * Options take precedence over FORESTALL_URL and FORESTALL_API_KEY, and these over the local deployment. The local key is
 * used only with the local address, so that it is never sent elsewhere. @throws InvalidInputError
 */
export const resolveConnection = (
  options: { readonly url?: string | undefined; readonly key?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
  root?: string,
): Connection => {
  const url = options.url ?? (env.FORESTALL_URL || undefined);
  const apiKey = options.key ?? (env.FORESTALL_API_KEY || undefined);
  const local = url === undefined || apiKey === undefined ? readLocalConnection(root) : undefined;
  const chosen = url ?? local?.url;
  if (chosen === undefined) {
    throw new InvalidInputError('no API address: set --url or FORESTALL_URL, or run `npm start` first');
  }
  const key = apiKey ?? (chosen === local?.url ? local.apiKey : undefined);
  if (key === undefined) throw new InvalidInputError('no API key: set --key or FORESTALL_API_KEY');
  return { url: requireUrl(chosen), apiKey: key };
};
