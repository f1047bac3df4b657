import { execFileSync } from 'node:child_process';

const EVERY_MILLISECONDS = 2000;

/** Resident memory in bytes of all processes of a group, from `ps -A -o pgid=,rss=` (kilobytes). */
export const residentBytes = (processList: string, group: number): number =>
  processList
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([pgid]) => pgid === group)
    .reduce((sum, [, kilobytes = 0]) => sum + kilobytes * 1024, 0);

/** Empty without `ps`: the memory of the emulator is optional information. */
const listMemory = (): string => {
  try {
    return execFileSync('ps', ['-A', '-o', 'pgid=,rss='], { encoding: 'utf8' });
  } catch {
    return '';
  }
};

export interface PeakMemory {
  /** In bytes: the emulator with all its Lambda workers (0 if unknown), and this process. */
  readonly emulator: number;
  readonly self: number;
}

/** Watches the memory of the emulator's process group and of this process until stopped. */
export const watchPeakMemory = (emulatorGroup: number): { peak: () => PeakMemory; stop: () => void } => {
  let [emulator, self] = [0, 0];
  const sample = () => {
    self = Math.max(self, process.memoryUsage.rss());
    emulator = Math.max(emulator, residentBytes(listMemory(), emulatorGroup));
  };
  sample();
  const timer = setInterval(sample, EVERY_MILLISECONDS);
  timer.unref();
  return { peak: () => ({ emulator, self }), stop: () => clearInterval(timer) };
};
