import { delimiter, join } from 'node:path';

type Environment = Record<string, string>;

/** Account and region of stage `local`. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

const withoutUndefined = (environment: Readonly<Record<string, string | undefined>>): Environment =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );

/** AWS settings of this machine. They are removed, because any of them could direct a local run to a real account. */
const isAwsSetting = (name: string): boolean => /^(AWS|AMAZON)_/.test(name);

/**
 * Environment variables that point AWS clients at the emulator on a loopback port. S3 uses a numeric address, so that
 * clients put the bucket into the path (`bucket.localhost` rarely resolves). Other services use `localhost`, as the queue
 * URLs of the emulator do; the SQS client warns if the two differ.
 */
export const awsEnvironment = (port: number): Environment => ({
  AWS_ENDPOINT_URL: `http://localhost:${port}`,
  AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: LOCAL_REGION,
  AWS_DEFAULT_REGION: LOCAL_REGION,
});

/** The emulator is never reached through a proxy, also where one is set for all HTTP. */
const withoutProxy = (inherited: Environment): Environment => {
  const hosts = [inherited.NO_PROXY, inherited.no_proxy, 'localhost', '127.0.0.1'];
  const unproxied = hosts.filter((each) => each !== undefined && each !== '').join(',');
  return { NO_PROXY: unproxied, no_proxy: unproxied };
};

/** An environment without AWS settings of this machine, and with the tools and Node.js of the project first on PATH. */
export const toolEnvironment = (
  projectRoot: string,
  port: number,
  inherited: Readonly<Record<string, string | undefined>> = process.env,
): Environment => {
  const kept = Object.fromEntries(
    Object.entries(withoutUndefined(inherited)).filter(([key]) => !isAwsSetting(key)),
  );
  const path = [join(projectRoot, 'node_modules', '.bin'), kept.PATH ?? ''].join(delimiter);
  return {
    ...kept,
    ...withoutProxy(kept),
    PATH: path,
    ...awsEnvironment(port),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
};

/** Folder, among the temporary files of an emulator, in which it keeps keys. */
export const EMULATOR_STATE = 'state';

/** Additional idle workers of a function are ended after this time: each uses about 60 MB. */
const IDLE_WORKER_SECONDS = '30';
/** Max concurrent invocations of all functions together; more are throttled, like an account's quota. */
const MAX_WORKERS = '48';

/** Environment of the emulator itself: loopback only, a single listener, bounded memory. */
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
  LAMBDA_ACCOUNT_CONCURRENCY: MAX_WORKERS,
  TMPDIR: temporaryFolder,
  STATE_DIR: join(temporaryFolder, EMULATOR_STATE),
  PYTHONUNBUFFERED: '1',
});
