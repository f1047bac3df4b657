import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from './evaluate.ts';
import { logicalIdsOf, RECORDED_CALLS, RECORDED_RESOURCES, readCalls } from './recorded-call.ts';
import { permissionsFor } from './required-permissions.ts';
import type { ResolvedResource } from './resolve-template.ts';
import { arn } from './resource-names.ts';
import { byService, roleOf, serviceCalls } from './service-calls.ts';

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
  const nameOf = (physicalId: string): string => {
    const id = logicalId(physicalId);
    return resources.get(id)?.name ?? id;
  };
  return readCalls(read(RECORDED_CALLS)).flatMap((call) => {
    const functionId = logicalId(call.functionName);
    const caller = { role: roleOf(functionId, resources) };
    const because = `recorded: ${functionId} ${call.target || `${call.method} ${call.path}`}`;
    return permissionsFor(call, nameOf).map((permission) => ({ caller, ...permission, because }));
  });
};

/** The two entrances for alarms that the owner of the account makes (`lib/incidents/alarm-entrance.ts`). */
const ENTRANCES = [
  { id: /^IncidentsAlarmActionsTopic\w{8}$/, service: 'cloudwatch.amazonaws.com', action: 'sns:Publish' },
  {
    id: /^IncidentsGroupSignalsFunction\w{8}$/,
    service: 'lambda.alarms.cloudwatch.amazonaws.com',
    action: 'lambda:InvokeFunction',
  },
];

const ownAlarmCalls = (resources: ReadonlyMap<string, ResolvedResource>): Call[] => {
  const id = 'alarm-of-the-owner';
  const alarm = {
    id,
    name: id,
    type: 'AWS::CloudWatch::Alarm',
    arn: arn('cloudwatch', `alarm:${id}`),
    properties: {},
  };
  return ENTRANCES.map(({ id: pattern, service, action }) => {
    const entrance = [...resources.values()].find((each) => pattern.test(each.id));
    if (entrance?.arn === undefined) throw new TypeError(`no resource is named like ${pattern.source}`);
    return byService(service, action, entrance.arn, alarm);
  });
};

/** All calls of a stage: recorded ones of functions, and those that services make for its resources. */
export const stageCalls = (resources: ReadonlyMap<string, ResolvedResource>): Call[] => [
  ...recordedCalls(resources),
  ...serviceCalls(resources),
  ...ownAlarmCalls(resources),
];
