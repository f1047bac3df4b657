import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** One process of this machine. */
export interface RunningProcess {
  readonly pid: number;
  readonly group: number;
  readonly command: string;
}

/** True if a process (or, for a negative id, a process group) exists. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const readLinuxProcess = (pid: number): RunningProcess | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain spaces; the fields after it are: state, parent, group.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    return { pid, group: Number(group), command };
  } catch {
    // The process ended after it was listed.
    return undefined;
  }
};

/** Parses the output of `ps -A -o pid=,pgid=,stat=,command=`; omits zombies. */
export const parseProcessList = (text: string): readonly RunningProcess[] =>
  text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s(.*)$/s.exec(line);
    if (match === null || match[3]?.startsWith('Z')) return [];
    return [{ pid: Number(match[1]), group: Number(match[2]), command: (match[4] ?? '').trimStart() }];
  });

/** Every process of this machine, from /proc if it exists (slim images have no `ps`), else from `ps`. */
export const listProcesses = (): readonly RunningProcess[] => {
  if (!existsSync('/proc/self/stat')) {
    return parseProcessList(
      execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat=,command='], { encoding: 'utf8' }),
    );
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readLinuxProcess(Number(name)) ?? []);
};
