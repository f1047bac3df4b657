import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { ApiClient } from '../cli/api-client/api-client.ts';
import { LOCAL_CONNECTION_FILE } from '../cli/api-client/connection.ts';
import { DependencyUnavailableError } from '../core/shared/errors.ts';
import { apiAddress, deployLocal, requireOutput, type StackOutputs } from './deploy.ts';
import { type Emulator, startEmulator } from './emulator/emulator.ts';
import { ensureEmulator } from './emulator/virtual-environment.ts';
import type { StageTimes } from './stage-times.ts';

/** Tenant of all local data. */
export const LOCAL_TENANT = 'local';

/** A running deployment of stage `local`. */
export interface Session {
  readonly emulator: Emulator;
  readonly outputs: StackOutputs;
  readonly url: string;
  readonly apiKey: string;
  readonly client: ApiClient;
  /** Stops the emulator; safe to call again. */
  readonly close: () => Promise<void>;
}

export interface SessionOptions {
  readonly projectRoot: string;
  readonly stages: StageTimes;
  readonly signal?: AbortSignal;
  /** Folder of logs, outputs and records; default `.local`. One session at a time per folder. */
  readonly folder?: string | undefined;
  /** Also writes every AWS call of a function to `recorded-calls.jsonl` in the folder. */
  readonly recordCalls?: boolean;
  /** Also deploys with tracing; functions send their traces to this address (`host:port`). */
  readonly traceTo?: string;
}

const IssuedKey = z.object({ apiKey: z.string() });

/** Issues an API key by invoking the function that operators of a real deployment invoke. */
const issueApiKey = async (functionName: string): Promise<string> => {
  const lambda = new LambdaClient();
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({
      FunctionName: functionName,
      Payload: Buffer.from(JSON.stringify({ tenantId: LOCAL_TENANT, name: 'npm start' })),
    }),
  );
  const answer = Payload === undefined ? '' : Buffer.from(Payload).toString('utf8');
  if (FunctionError !== undefined) {
    throw new DependencyUnavailableError(`${functionName} returned no API key: ${answer}`);
  }
  return IssuedKey.parse(JSON.parse(answer)).apiKey;
};

const rememberConnection = (path: string, connection: { url: string; apiKey: string }): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(connection, null, 2)}\n`, { mode: 0o600 });
};

/** Points the SDK clients of this process at the emulator, so that they never reach a real account. */
const pointClientsAt = (emulator: Emulator): void => {
  for (const name of Object.keys(process.env)) if (/^(AWS|AMAZON)_/.test(name)) delete process.env[name];
  Object.assign(process.env, emulator.environment);
};

const deployInto = async (emulator: Emulator, options: SessionOptions): Promise<Session> => {
  const { projectRoot, stages, signal, folder } = options;
  const place = { projectRoot, ...(folder !== undefined && { folder }), ...(signal && { signal }) };
  const outputs = await stages.run('Deploy the CDK app, stage local', (say) => {
    let last = '';
    const onProgress = ({ message }: { message: string }) => {
      if (message !== last) say(message);
      last = message;
    };
    return deployLocal({ ...place, tracing: options.traceTo !== undefined, port: emulator.port, onProgress });
  });
  pointClientsAt(emulator);
  const url = apiAddress(requireOutput(outputs, 'ApiUrl'), emulator.port);
  const apiKey = await issueApiKey(requireOutput(outputs, 'IssueApiKeyFunctionName'));
  const connectionFile = folder ? join(folder, 'connection.json') : join(projectRoot, LOCAL_CONNECTION_FILE);
  rememberConnection(connectionFile, { url, apiKey });
  const close = async (): Promise<void> => {
    rmSync(connectionFile, { force: true });
    await emulator.stop();
  };
  return { emulator, outputs, url, apiKey, client: new ApiClient({ url, apiKey }), close };
};

/**
 * Starts the emulator, deploys into it and issues an API key. If any step fails, stops what was started.
 * @throws ConfigurationError, DependencyUnavailableError, or CommandFailedError with the end of the output
 */
export const openSession = async (options: SessionOptions): Promise<Session> => {
  const { projectRoot, stages, signal, folder, recordCalls, traceTo } = options;
  const emulator = await stages.run('Start the AWS emulator', async (say) => {
    const { python } = await ensureEmulator(projectRoot, ({ message }) => say(message), signal);
    return startEmulator({
      projectRoot,
      python,
      recordCalls,
      traceTo,
      ...(folder !== undefined && { folder }),
      ...(signal && { signal }),
    });
  });
  try {
    return await deployInto(emulator, options);
  } catch (error) {
    await emulator.stop();
    throw error;
  }
};
