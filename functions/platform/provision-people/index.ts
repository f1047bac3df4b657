import * as z from 'zod';
import { makeCognitoClient } from '../../../adapters/aws/clients.ts';
import { jsonText } from '../../../adapters/aws/json-attributes.ts';
import { CognitoPeople } from '../../../adapters/platform/people-directory.ts';
import { CognitoRoleGroups } from '../../../adapters/platform/role-groups.ts';
import { TenantDirectories } from '../../../core/platform/api/tenant-directories.ts';
import { keyAccess } from '../../runtime/key-access.ts';
import { observe } from '../../runtime/observe.ts';
import { QuotasJson } from '../../runtime/quotas-json.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { directoryBudget } from './directory-budget.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({
  API_KEYS_TABLE_NAME: z.string().min(1),
  REQUESTS_TABLE_NAME: z.string().min(1),
  TENANT_QUOTAS: QuotasJson,
  USER_POOL_ID: z.string().min(1),
  TENANT_DIRECTORIES: jsonText(TenantDirectories),
});
const shared = { ...keyAccess(env), directories: env.TENANT_DIRECTORIES };
const pool = {
  ...{ client: makeCognitoClient(), userPoolId: env.USER_POOL_ID },
  ...{ directories: shared.directories, budget: directoryBudget(shared) },
};

export const handler = observe(
  makeHandler({
    ...shared,
    budget: pool.budget,
    people: new CognitoPeople(pool),
    groups: new CognitoRoleGroups(pool),
  }),
);
