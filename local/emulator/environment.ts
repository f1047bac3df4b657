import { delimiter, join } from 'node:path';

type Environment = Record<string, string>;

/** The account and region that stage `local` is deployed to. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

const withoutUndefined = (environment: Readonly<Record<string, string | undefined>>): Environment =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );

/** The machine's own AWS settings: with one of them left, a local run could reach a real account. */
const isAwsSetting = (name: string): boolean => /^(AWS|AMAZON)_/.test(name);

/**
 * Variables that lead AWS clients to the emulator on a loopback port. S3 is addressed by number, which makes
 * clients put the bucket into the path (`bucket.localhost` resolves almost nowhere); all else by name, since
 * the emulator's queue URLs say `localhost` and the SQS client warns when the two differ.
 */
export const awsEnvironment = (port: number): Environment => ({
  AWS_ENDPOINT_URL: `http://localhost:${port}`,
  AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: LOCAL_REGION,
  AWS_DEFAULT_REGION: LOCAL_REGION,
});

/** A program's environment with the project's own tools (and its Node.js) first on PATH and no real AWS settings. */
export const toolEnvironment = (
  projectRoot: string,
  port: number,
  inherited: Readonly<Record<string, string | undefined>> = process.env,
): Environment => {
  const kept = Object.fromEntries(
    Object.entries(withoutUndefined(inherited)).filter(([key]) => !isAwsSetting(key)),
  );
  const path = [join(projectRoot, 'node_modules', '.bin'), kept.PATH ?? ''].join(delimiter);
  return { ...kept, PATH: path, ...awsEnvironment(port), AWS_EC2_METADATA_DISABLED: 'true' };
};

/** Idle workers beyond a function's first are ended after these seconds: each holds about 60 MB. */
const IDLE_WORKER_SECONDS = '30';
/** Invocations at once, all functions together; more are throttled, as an account's quota does. */
const MOST_WORKERS = '48';

/** What the emulator itself is started with: loopback only, no listeners but the one port, bounded memory. */
export const emulatorEnvironment = (
  projectRoot: string,
  port: number,
  temporaryFolder: string,
  inherited: Readonly<Record<string, string | undefined>> = process.env,
): Environment => ({
  ...toolEnvironment(projectRoot, port, inherited),
  GATEWAY_PORT: String(port),
  BIND_HOST: '127.0.0.1',
  MINISTACK_HOST: 'localhost',
  IOT_MTLS_ENABLED: '0',
  SFTP_ENABLED: '0',
  LAMBDA_EXECUTOR: 'local',
  LAMBDA_WARM_TTL_SECONDS: IDLE_WORKER_SECONDS,
  LAMBDA_ACCOUNT_CONCURRENCY: MOST_WORKERS,
  TMPDIR: temporaryFolder,
  PYTHONUNBUFFERED: '1',
});
