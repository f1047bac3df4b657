/** Operations on the API itself and on a tenant's settings. */
import * as z from 'zod';
import { Settings } from '../settings/settings.ts';
import { named } from './components.ts';
import { type Operations, QUERY } from './operation.ts';
import { NoParameters } from './parameters.ts';

export const Health = named('Health', z.object({ status: z.literal('ok') }));
named('Settings', Settings);

export const PLATFORM_OPERATIONS = {
  getHealth: {
    ...QUERY,
    tag: 'platform',
    path: '/v1/health',
    summary: 'Responds if the API is up',
    needs: 'none',
    quota: 'none',
    responses: [Health],
  },
  getOpenApi: {
    ...QUERY,
    tag: 'platform',
    path: '/v1/openapi.json',
    summary: 'Returns this document',
    needs: 'none',
    quota: 'none',
    responses: [],
  },
  getSettings: {
    ...QUERY,
    tag: 'platform',
    path: '/v1/settings',
    summary: 'Returns thresholds, detection rules and maintenance windows',
    responses: [Settings],
  },
  putSettings: {
    method: 'put',
    tag: 'platform',
    path: '/v1/settings',
    summary: 'Replaces all settings; 409 if `version` is not the stored version',
    needs: 'operate',
    servedBy: 'command-settings',
    quota: 'commandsPerMinute',
    params: NoParameters,
    query: NoParameters,
    idempotency: 'stored-response',
    body: Settings,
    status: 200,
    responses: [Settings],
    problems: ['conflict'],
  },
} as const satisfies Operations;
