import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { median } from '../../../core/shared/maths/averages.ts';
import { batchRunner } from './batch-runs.ts';
import type { BenchSize } from './bench-size.ts';
import { SERIES_PER_TARGET, simulatedServers } from './simulated-blocks.ts';

export interface ThreadFigures {
  readonly series: number;
  readonly one: { readonly cpuMs: number; readonly wallMs: number };
  readonly two: { readonly cpuMs: number; readonly wallMs: number };
  /** Lambda bills memory multiplied by time, and a second virtual CPU requires twice the memory. */
  readonly priceRatio: number;
}

const SERVERS = 10;
const ROUNDS = 3;
const Ready = z.literal('ready');

/** Starts a thread with its share of the targets; it compiles and waits. */
const startThread = async (targets: number): Promise<Worker> => {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { targets } });
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  return worker;
};

const turn = (worker: Worker): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once('message', () => resolve()).once('error', reject);
    worker.postMessage('go');
  });

const timeOf = async (threads: number, targets: number): Promise<{ cpuMs: number; wallMs: number }> => {
  const workers = await Promise.all(Array.from({ length: threads }, () => startThread(targets / threads)));
  const rounds: { cpu: number; wall: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [cpuBefore, wallBefore] = [process.cpuUsage(), performance.now()];
    await Promise.all(workers.map(turn));
    const { user, system } = process.cpuUsage(cpuBefore);
    rounds.push({ cpu: (user + system) / 1000, wall: performance.now() - wallBefore });
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return {
    cpuMs: Math.round(median(rounds.map(({ cpu }) => cpu))),
    wallMs: Math.round(median(rounds.map(({ wall }) => wall))),
  };
};

/** Measures one batch on one thread and on two, without the time to start and compile threads. */
export const compareThreads = async ({ threadTargets }: BenchSize): Promise<ThreadFigures> => {
  const one = await timeOf(1, threadTargets);
  const two = await timeOf(2, threadTargets);
  return { series: threadTargets * SERIES_PER_TARGET, one, two, priceRatio: (2 * two.wallMs) / one.wallMs };
};

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const { targets } = z.object({ targets: z.number() }).parse(workerData);
  const servers = simulatedServers(SERVERS);
  await batchRunner(servers, targets).run(0);
  port.on('message', async () => {
    await batchRunner(servers, targets).run(0);
    port.postMessage(Ready.value);
  });
  port.postMessage(Ready.value);
}
