import { cleanLine } from './clean-text.ts';
import { formatDuration } from './format.ts';
import type { Terminal } from './terminal.ts';
import { truncate } from './text-width.ts';

/** A progress bar; does nothing if the terminal is not interactive. */
export interface Progress {
  advance(amount?: number): void;
  /** Clears the bar. */
  stop(): void;
}

const REDRAW_MILLISECONDS = 100;
const MAX_BAR_WIDTH = 30;

const bar = (share: number, width: number, unicode: boolean): string => {
  const filled = Math.round(share * width);
  return (unicode ? '█' : '#').repeat(filled) + (unicode ? '░' : '.').repeat(width - filled);
};

/** Draws on an interactive stderr; `now` in milliseconds. */
export const startProgress = (
  terminal: Pick<Terminal, 'stderr' | 'interactive' | 'columns' | 'unicode'>,
  label: string,
  total: number,
  now: () => number = () => performance.now(),
): Progress => {
  if (!terminal.interactive) return { advance: () => {}, stop: () => {} };
  const startedAt = now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let done = 0;
  const draw = (): void => {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const left = share > 0 ? ((now() - startedAt) / 1000) * (1 / share - 1) : undefined;
    const eta = left === undefined ? '' : ` ${formatDuration(left)} left`;
    const text = `${cleanLine(label)} ${bar(share, MAX_BAR_WIDTH, terminal.unicode)} ${Math.floor(share * 100)}%${eta}`;
    terminal.stderr.write(`\r\u001B[2K${truncate(text, terminal.columns - 1, '')}`);
  };
  return {
    advance: (amount = 1) => {
      done += amount;
      if (now() - drawnAt < REDRAW_MILLISECONDS) return;
      drawnAt = now();
      draw();
    },
    stop: () => {
      terminal.stderr.write('\r\u001B[2K');
    },
  };
};
