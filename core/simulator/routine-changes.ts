import { DAY_SECONDS } from '../shared/time.ts';
import type { ChangeEvent, SimulatedServer } from './fleet.ts';
import { randomStream } from './random.ts';

const MEAN_DAYS_BETWEEN = 4;

/**
 * Harmless deployments of one server between `start` and `end` (epoch seconds), oldest first, exponentially spaced.
 * Each restarts the process: caches go cold and memory falls back.
 */
export const routineDeployments = (
  seed: number,
  server: SimulatedServer,
  start: number,
  end: number,
): ChangeEvent[] => {
  const random = randomStream(seed, 'deployments', server.id);
  const wait = (): number => -Math.log(1 - random.uniform()) * MEAN_DAYS_BETWEEN * DAY_SECONDS;
  const changes: ChangeEvent[] = [];
  for (let at = start + wait(); at <= end; at += wait()) {
    const number = changes.length + 1;
    const id = `${server.id}-deployment-${number}`;
    changes.push({
      id,
      kind: 'deployment',
      target: server.id,
      at: Math.floor(at / 60) * 60,
      version: `v${number}`,
    });
  }
  return changes;
};
