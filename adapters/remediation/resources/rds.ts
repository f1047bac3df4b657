import {
  AddTagsToResourceCommand,
  type DBInstance,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RebootDBInstanceCommand,
} from '@aws-sdk/client-rds';
import * as z from 'zod';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import type { ResourceCall } from '../../../core/remediation/ports.ts';
import { guarded } from '../../aws/service-breakers.ts';
import { type ActionSession, sessionClient } from './action-session.ts';
import { type Executor, type Place, type Step, step } from './executor.ts';
import { partsOf } from './names.ts';
import { ownerOf, RESTART_TAG, tagsOf } from './ownership.ts';
import { lastRestart, taggedRestart } from './restart-tag.ts';

const clientOf = sessionClient((settings) => guarded(new RDSClient(settings)));

const databaseOf = async (resource: string, session: ActionSession): Promise<DBInstance> => {
  const [DBInstanceIdentifier] = partsOf(resource);
  const describe = new DescribeDBInstancesCommand({ DBInstanceIdentifier });
  const { DBInstances = [] } = await clientOf(session).send(describe);
  const [database] = DBInstances;
  if (database === undefined)
    throw new NotManagedError(`there is no database instance ${DBInstanceIdentifier}`);
  return database;
};

const isBusy = ({ DBInstanceStatus }: DBInstance): boolean => DBInstanceStatus !== 'available';

export const databaseReboot = ({ region, account }: Place): Executor => ({
  read: async ({ resource }, session) => {
    const database = await databaseOf(resource, session);
    const tags = tagsOf(database.TagList);
    const { generation, isUnconfirmed } = lastRestart(tags);
    return {
      owner: ownerOf(tags),
      state: { generation, units: 1, isBusy: isUnconfirmed || isBusy(database) },
    };
  },
  ...taggedRestart({
    setTag: ({ resource }, Value) => {
      const ResourceName = `arn:aws:rds:${region}:${account}:db:${partsOf(resource)[0]}`;
      const input = { ResourceName, Tags: [{ Key: RESTART_TAG, Value }] };
      return step('rds', 'AddTagsToResource', input, (session, sent) =>
        clientOf(session).send(new AddTagsToResourceCommand(sent)),
      );
    },
    restart: ({ resource }) => {
      const [DBInstanceIdentifier] = partsOf(resource);
      return step('rds', 'RebootDBInstance', { DBInstanceIdentifier }, (session, sent) =>
        clientOf(session).send(new RebootDBInstanceCommand(sent)),
      );
    },
  }),
});

const modify = ({ resource }: ResourceCall, change: { readonly [field: string]: number }): Step => {
  const [DBInstanceIdentifier] = partsOf(resource);
  const input = { DBInstanceIdentifier, ...change, ApplyImmediately: true };
  return step('rds', 'ModifyDBInstance', input, (session, sent) =>
    clientOf(session).send(new ModifyDBInstanceCommand(sent)),
  );
};

/** The size in use, or the one that is being set. */
const sizeOf = ({ AllocatedStorage = 0, PendingModifiedValues }: DBInstance): number =>
  PendingModifiedValues?.AllocatedStorage ?? AllocatedStorage;

const Size = z.object({ gib: z.number() });

export const databaseStorage: Executor = {
  read: async ({ resource }, session) => {
    const database = await databaseOf(resource, session);
    return {
      owner: ownerOf(tagsOf(database.TagList)),
      state: { gib: sizeOf(database), isBusy: isBusy(database) },
    };
  },
  steps: (call, { to }) => [modify(call, { AllocatedStorage: Size.parse(to).gib })],
  isBegun: (_, { to }, present) => Size.parse(present).gib >= Size.parse(to).gib,
};

const Limit = z.object({ maxGib: z.number().nullable() });

export const databaseStorageLimit: Executor = {
  read: async ({ resource }, session) => {
    const database = await databaseOf(resource, session);
    const state = {
      maxGib: database.MaxAllocatedStorage ?? null,
      gib: sizeOf(database),
      isBusy: isBusy(database),
    };
    return { owner: ownerOf(tagsOf(database.TagList)), state };
  },
  steps: (call, { to }) => {
    const { maxGib } = Limit.parse(to);
    return maxGib === null ? [] : [modify(call, { MaxAllocatedStorage: maxGib })];
  },
  isBegun: (_, { to }, present) => Limit.parse(present).maxGib === Limit.parse(to).maxGib,
};
