import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, listProcesses } from './running-process.ts';

const GRACE_MS = 3000;
const POLL_MS = 25;

const signalGroup = (group: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // ESRCH: its last process has already ended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

const ended = async (group: number, withinMs: number): Promise<boolean> => {
  for (let waited = 0; waited < withinMs; waited += POLL_MS) {
    // A zombie keeps the group alive for `kill` until its parent collects it, but no longer runs.
    if (!isAlive(-group) || !listProcesses().some((process) => process.group === group)) return true;
    await sleep(POLL_MS);
  }
  return false;
};

/** Ends every process of a group: SIGTERM, then SIGKILL after three seconds. Returns when all have ended. */
export const endGroup = async (group: number, graceMs = GRACE_MS): Promise<void> => {
  signalGroup(group, 'SIGTERM');
  if (await ended(group, graceMs)) return;
  signalGroup(group, 'SIGKILL');
  await ended(group, GRACE_MS);
};
