import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from './evaluate.ts';
import { logicalIdsOf, RECORDED_CALLS, RECORDED_RESOURCES, readCalls } from './recorded-call.ts';
import { permissionsFor } from './required-permissions.ts';
import type { ResolvedResource } from './resolve-template.ts';
import { roleOf, serviceCalls } from './service-calls.ts';

const root = join(import.meta.dirname, '../..');

const read = (file: string): string => {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch (cause) {
    throw new Error(`${file} is missing: record the calls first with "npx vitest run --project e2e"`, {
      cause,
    });
  }
};

/** Calls that the last end-to-end run recorded, for the roles of a stage. */
const recordedCalls = (resources: ReadonlyMap<string, ResolvedResource>): Call[] => {
  const logicalId = logicalIdsOf(read(RECORDED_RESOURCES));
  return readCalls(read(RECORDED_CALLS)).flatMap((call) => {
    const functionId = logicalId(call.functionName);
    const caller = { role: roleOf(functionId, resources) };
    const because = `recorded: ${functionId} ${call.target || `${call.method} ${call.path}`}`;
    return permissionsFor(call, logicalId).map((permission) => ({ caller, ...permission, because }));
  });
};

/** All calls of a stage: recorded ones of functions, and those that services make for its resources. */
export const stageCalls = (resources: ReadonlyMap<string, ResolvedResource>): Call[] => [
  ...recordedCalls(resources),
  ...serviceCalls(resources),
];
