/** Deploys stage `local` once for all end-to-end tests of the pipeline, the way `npm start` does. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { TestProject } from 'vitest/node';
import { openSession } from '../../local/session.ts';
import { StageTimes } from '../../local/stage-times.ts';
import { RECORDED_RESOURCES } from '../iam/recorded-call.ts';
import { loggedSince } from './function-logs.ts';
import { RECORDED_SEGMENTS, recordSegments } from './trace-segments.ts';

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

/** Names of all resources, with which `test/iam` reads the recorded calls. */
const recordResources = async (stacks: readonly string[], path: string): Promise<void> => {
  const client = new CloudFormationClient();
  const described = await Promise.all(
    stacks.map((StackName) => client.send(new DescribeStackResourcesCommand({ StackName }))),
  );
  const resources = described
    .flatMap(({ StackResources = [] }) => StackResources)
    .map(({ PhysicalResourceId: physicalId, LogicalResourceId: logicalId }) => ({ physicalId, logicalId }));
  writeFileSync(path, JSON.stringify(resources, null, 2));
};

export default async (project: TestProject): Promise<() => Promise<void>> => {
  const stages = new StageTimes(process.stdout);
  const folder = join(projectRoot, '.local', 'e2e');
  const daemon = await recordSegments(join(projectRoot, RECORDED_SEGMENTS));
  const { url, apiKey, emulator, outputs, close } = await openSession({
    projectRoot,
    stages,
    folder,
    recordCalls: true,
    traceTo: daemon.address,
  });
  await recordResources(Object.keys(outputs), join(projectRoot, RECORDED_RESOURCES));
  project.provide('session', { url, apiKey, port: emulator.port, outputs });
  return async () => {
    // The log of the emulator has only invocations by event sources.
    writeFileSync(join(folder, 'functions.log'), (await loggedSince(0)).join('\n'));
    await close();
    daemon.close();
  };
};
