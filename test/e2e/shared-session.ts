/** Deploys stage `local` once for all end-to-end tests of the pipeline, the way `npm start` does. */
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openSession } from '../../local/session.ts';
import { StageTimes } from '../../local/stage-times.ts';

const projectRoot = join(import.meta.dirname, '..', '..');

export interface SharedSession {
  readonly url: string;
  readonly apiKey: string;
  readonly port: number;
  readonly outputs: Record<string, Record<string, string>>;
}

declare module 'vitest' {
  export interface ProvidedContext {
    session: SharedSession;
  }
}

export default async (project: TestProject): Promise<() => Promise<void>> => {
  const stages = new StageTimes(process.stdout);
  const folder = join(projectRoot, '.local', 'e2e');
  const { url, apiKey, emulator, outputs, close } = await openSession({ projectRoot, stages, folder });
  project.provide('session', { url, apiKey, port: emulator.port, outputs });
  return close;
};
