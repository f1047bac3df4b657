import type { Command } from 'commander';
import { ApiClient } from '../../api-client/api-client.ts';
import { resolveConnection } from '../../api-client/connection.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine } from '../../terminal/writer.ts';

/** Options of every command that talks to the API. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly key?: string;
}

/** Adds `--url` and `--key`. */
export const withConnection = (command: Command): Command =>
  command
    .option('--url <address>', 'address of the API (or FORESTALL_URL; default: the local deployment)')
    .option('--key <key>', 'API key (or FORESTALL_API_KEY)');

/** A client for the chosen deployment. Announces retries on an interactive stderr. */
export const connect = (options: ConnectionOptions, terminal: Terminal): ApiClient => {
  const connection = resolveConnection(options, terminal.env);
  return new ApiClient({
    ...connection,
    onRetry: (reason, milliseconds) => {
      if (!terminal.interactive) return;
      printLine(terminal.stderr, `forestall: ${reason.split('\n')[0]}; retrying in ${milliseconds} ms`);
    },
  });
};
