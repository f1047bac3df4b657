import type { Command } from 'commander';
import { ApiClient } from '../../api-client/api-client.ts';
import { resolveConnection } from '../../api-client/connection.ts';
import type { HttpOptions } from '../../api-client/http.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLine } from '../../terminal/writer.ts';

/** Options of every command that talks to the API. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly key?: string;
  readonly keyFile?: string;
  readonly allowHttp?: true;
}

/** Adds the options of `ConnectionOptions`. */
export const withConnection = (command: Command): Command =>
  command
    .option('--url <address>', 'address of the API (or FORESTALL_URL; default: the local deployment)')
    .option('--key-file <file>', 'file with the API key, - for standard input (or FORESTALL_API_KEY)')
    .option('--key <key>', 'API key; other users of this machine can see it in the list of processes')
    .option('--allow-http', 'send the API key unencrypted to an http address of another machine');

/** A client for the chosen deployment. */
export const connect = (options: ConnectionOptions, terminal: Terminal): ApiClient =>
  new ApiClient(httpOptions(options, terminal));

/** How to reach the chosen deployment. Retries are announced on an interactive stderr. */
export const httpOptions = (options: ConnectionOptions, terminal: Terminal): HttpOptions => {
  const connection = resolveConnection(options, terminal.env);
  if (options.key !== undefined)
    printLine(
      terminal.stderr,
      'forestall: other users of this machine can see the key of --key: set FORESTALL_API_KEY or --key-file instead',
    );
  return {
    ...connection,
    onRetry: (reason, milliseconds) => {
      if (!terminal.interactive) return;
      printLine(terminal.stderr, `forestall: ${reason.split('\n')[0]}; retrying in ${milliseconds} ms`);
    },
  };
};
