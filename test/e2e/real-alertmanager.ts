/** The Alertmanager of Debian, downloaded with apt into `.local` if it is not installed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const NAMES = ['prometheus-alertmanager', 'alertmanager'];
const FOLDER = join(import.meta.dirname, '../../.local/alertmanager');
const UNPACKED = join(FOLDER, 'root/usr/bin/prometheus-alertmanager');

const installed = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(':')
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** Unpacks the package without installing it. @throws if apt-get, dpkg or unshare is missing, or the package cannot be had */
const unpack = (): string => {
  execFileSync('unshare', ['--map-root-user', '--mount', 'true'], { stdio: 'ignore' });
  mkdirSync(FOLDER, { recursive: true });
  execFileSync('apt-get', ['download', 'prometheus-alertmanager'], { cwd: FOLDER, stdio: 'ignore' });
  const [archive = ''] = readdirSync(FOLDER).filter((name) => name.endsWith('.deb'));
  execFileSync('dpkg', ['-x', archive, 'root'], { cwd: FOLDER });
  return UNPACKED;
};

/** Path of the program; undefined, with the reason on the console, if this machine has none. */
export const findAlertmanager = (): string | undefined => {
  const known = installed() ?? (existsSync(UNPACKED) ? UNPACKED : undefined);
  if (known !== undefined) return known;
  try {
    return unpack();
  } catch (error) {
    console.warn(`no Alertmanager: install prometheus-alertmanager, or have apt-get download it (${error})`);
    return undefined;
  }
};

/** Posts alerts at once, in groups by name, with a key. */
const configOf = (webhookUrl: string, key: string): string =>
  JSON.stringify({
    route: {
      ...{ receiver: 'forestall', group_by: ['alertname'], group_wait: '0s', group_interval: '1s' },
      repeat_interval: '1h',
    },
    receivers: [
      {
        name: 'forestall',
        webhook_configs: [
          {
            ...{ url: webhookUrl, send_resolved: true },
            http_config: { authorization: { type: 'Bearer', credentials: key } },
          },
        ],
      },
    ],
  });

export interface RunningAlertmanager {
  readonly url: string;
  stop(): Promise<void>;
}

const SHARED = '/usr/share';

/** Debian's program reads its templates from a fixed place: the unpacked one sees its own there, in a namespace. */
const commandOf = (program: string, args: readonly string[]): [command: string, args: string[]] => {
  if (program !== UNPACKED) return [program, [...args]];
  const mounted = `mount --bind "$0" ${SHARED} && exec "$@"`;
  const share = join(FOLDER, 'root', SHARED);
  return ['unshare', ['--map-root-user', '--mount', 'sh', '-c', mounted, share, program, ...args]];
};

const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`)
    .then(({ ok }) => ok)
    .catch(() => false);

const stopped = async (child: ChildProcess): Promise<void> => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
};

/** Starts it on a port of this machine, alone and without a cluster. */
export const startAlertmanager = async (
  program: string,
  { port, webhookUrl, key }: { readonly port: number; readonly webhookUrl: string; readonly key: string },
): Promise<RunningAlertmanager> => {
  const folder = mkdtempSync(join(tmpdir(), 'forestall-alertmanager-'));
  writeFileSync(join(folder, 'config.yml'), configOf(webhookUrl, key));
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    ...commandOf(program, [
      `--config.file=${join(folder, 'config.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ]),
    { stdio: 'ignore' },
  );
  for (let tries = 0; !(await isReady(url)); tries++) {
    if (tries > 100) throw new Error('Alertmanager does not get ready');
    await wait(100);
  }
  return {
    url,
    stop: async () => {
      await stopped(child);
      rmSync(folder, { recursive: true });
    },
  };
};
