import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_ACCOUNT, LOCAL_REGION, toolEnvironment } from '../emulator/environment.ts';
import type { OnProgress } from '../emulator/progress.ts';
import { CommandFailedError, runCommand } from '../emulator/run-command.ts';
import { deployedFraction, readStackProgress, type StackProgress } from './cdk-progress.ts';
import { readStackOutputs, type StackOutputs } from './stack-outputs.ts';

export interface DeployOptions {
  readonly projectRoot: string;
  /** Port of a running emulator. */
  readonly port: number;
  readonly onProgress?: OnProgress;
  /** Folder for the cloud assembly, the outputs and the log. Default `.local`. */
  readonly folder?: string;
  /** Deploys with the setting `tracing`. */
  readonly tracing?: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Deployment {
  readonly projectRoot: string;
  readonly folder: string;
  readonly assembly: string;
  readonly outputs: string;
  readonly log: string;
  readonly run: (title: string, args: readonly string[], settings: RunSettings) => Promise<void>;
}

interface RunSettings {
  readonly cwd: string;
  readonly onLine?: (line: string) => void;
}

const QUIET = ['--no-notices', '--no-version-reporting', '--ci'];

const prepare = ({ projectRoot, port, folder, signal }: DeployOptions): Deployment => {
  const home = folder ?? join(projectRoot, '.local');
  mkdirSync(home, { recursive: true });
  const log = join(home, 'deploy.log');
  rmSync(log, { force: true });
  const env = { ...toolEnvironment(projectRoot, port), CDK_DISABLE_VERSION_CHECK: '1' };
  const cdk = join(projectRoot, 'node_modules', '.bin', 'cdk');
  const run = async (title: string, args: readonly string[], { cwd, onLine }: RunSettings) => {
    const keep = (line: string) => {
      appendFileSync(log, `${line}\n`);
      onLine?.(line);
    };
    try {
      await runCommand(cdk, [...args, ...QUIET], { cwd, env, signal, onLine: keep });
    } catch (error) {
      if (!(error instanceof CommandFailedError) || signal?.aborted) throw error;
      throw new CommandFailedError(
        title,
        `failed. The complete log is ${log}; it ends with:`,
        error.lastLines,
        {
          cause: error,
        },
      );
    }
  };
  return {
    projectRoot,
    folder: home,
    log,
    assembly: join(home, 'cdk.out'),
    outputs: join(home, 'outputs.json'),
    run,
  };
};

/** Runs in a folder without cdk.json, so that the CLI does not build and synthesise the app just to bootstrap. */
const bootstrap = ({ run, folder }: Deployment): Promise<void> =>
  run('cdk bootstrap', ['bootstrap', `aws://${LOCAL_ACCOUNT}/${LOCAL_REGION}`], { cwd: folder });

/** Builds the functions (the `build` command of cdk.json) and synthesises stage `local`. */
const synthesise = ({ run, projectRoot, assembly }: Deployment, tracing = false): Promise<void> => {
  rmSync(assembly, { recursive: true, force: true });
  const settings = ['-c', 'stage=local', ...(tracing ? ['-c', 'tracing=true'] : [])];
  return run('cdk synth -c stage=local', ['synth', '--quiet', ...settings, '--output', assembly], {
    cwd: projectRoot,
  });
};

const countStacks = (assembly: string): number =>
  readdirSync(assembly).filter((name) => name.endsWith('.template.json')).length;

const deploy = ({ run, folder, assembly, outputs }: Deployment, onProgress: OnProgress): Promise<void> => {
  const stacks = countStacks(assembly);
  const latest = new Map<string, StackProgress>();
  const onLine = (line: string) => {
    const progress = readStackProgress(line);
    if (progress === undefined) return;
    latest.set(progress.stack, progress);
    onProgress({
      message: `Deploying ${progress.stack}`,
      fraction: deployedFraction(latest.values(), stacks),
    });
  };
  const options = ['--require-approval', 'never', '--method', 'direct', '--progress', 'events'];
  const args = ['deploy', '--all', '--app', assembly, '--outputs-file', outputs, ...options];
  return run('cdk deploy', args, { cwd: folder, onLine });
};

/** Waits for both even if one fails, so that no command keeps running after this function has thrown. */
const allFinished = async (...commands: readonly [Promise<void>, Promise<void>]): Promise<void> => {
  const results = await Promise.allSettled(commands);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};

/**
 * Deploys stage `local` of the CDK app, unchanged, with the CDK CLI of the project: bootstraps while synthesising, then
 * deploys all stacks. Returns their outputs. Throws `CommandFailedError` with the end of the log.
 */
export const deployLocal = async (options: DeployOptions): Promise<StackOutputs> => {
  const onProgress = options.onProgress ?? (() => {});
  const deployment = prepare(options);
  rmSync(deployment.outputs, { force: true });
  onProgress({ message: 'Bundling the functions and synthesising the stacks' });
  await allFinished(bootstrap(deployment), synthesise(deployment, options.tracing));
  onProgress({ message: 'Deploying the stacks', fraction: 0 });
  await deploy(deployment, onProgress);
  return readStackOutputs(deployment.outputs);
};
