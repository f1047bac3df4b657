/** Operations on the API itself, on a tenant's settings and on its API keys. */
import * as z from 'zod';
import { Settings } from '../settings/settings.ts';
import {
  ApiKeyPage,
  ApiKeyPath,
  ApiKeysQuery,
  ApiKeyView,
  IssuedApiKey,
  NewApiKey,
  RotationBody,
} from './api-keys.ts';
import { BreakerPage, BreakersQuery } from './breakers.ts';
import { named } from './components.ts';
import { type Operations, QUERY } from './operation.ts';
import { NoParameters } from './parameters.ts';
import { AccessToken, TokenBody } from './tokens.ts';
import { ReplacedWebhooks, WebhookReplacement } from './webhook-secrets.ts';

export const Health = named('Health', z.object({ status: z.literal('ok') }));
named('Settings', Settings);

const KEY_COMMAND = {
  tag: 'platform',
  needs: 'administer',
  servedBy: 'command-api-keys',
  quota: 'commandsPerMinute',
  params: NoParameters,
  query: NoParameters,
} as const;

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
    summary: 'Returns thresholds, detection rules, maintenance windows, readings, time zone and identity',
    responses: [Settings],
  },
  listBreakers: {
    ...QUERY,
    tag: 'platform',
    path: '/v1/breakers',
    summary:
      "Lists circuit breakers that changed within a week: of the tenant's remediations, and for the operator's tenant also of services and integrations",
    query: BreakersQuery,
    responses: [BreakerPage],
  },
  replaceWebhookSecrets: {
    method: 'post',
    tag: 'platform',
    path: '/v1/webhooks/signing-keys/replace',
    summary:
      'Replaces the secrets of the tenant with which senders of webhooks sign; 409 while the ones before are still accepted',
    needs: 'administer',
    servedBy: 'command-settings',
    quota: 'commandsPerMinute',
    params: NoParameters,
    query: NoParameters,
    idempotency: 'stored-response',
    body: WebhookReplacement,
    maxBodyBytes: 1024,
    status: 200,
    responses: [ReplacedWebhooks],
    problems: ['conflict'],
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
  listApiKeys: {
    ...KEY_COMMAND,
    method: 'get',
    path: '/v1/api-keys',
    summary: 'Lists the API keys of the tenant, without their secrets',
    quota: 'readsPerMinute',
    query: ApiKeysQuery,
    status: 200,
    responses: [ApiKeyPage],
  },
  createAccessToken: {
    method: 'post',
    tag: 'platform',
    path: '/v1/tokens',
    summary:
      'Returns a token that allows at most what the caller may do, for an hour at most. It cannot be revoked, is not accepted by the ingestion of metrics, and creates no further tokens; needs no Idempotency-Key',
    needs: 'read',
    servedBy: 'issue-access-token',
    quota: 'commandsPerMinute',
    params: NoParameters,
    query: NoParameters,
    body: TokenBody,
    maxBodyBytes: 1024,
    status: 201,
    responses: [AccessToken],
  },
  createApiKey: {
    ...KEY_COMMAND,
    method: 'post',
    path: '/v1/api-keys',
    summary:
      'Creates an API key and returns it once. 403 for a scope that the caller lacks, 409 for an Idempotency-Key that created a key before',
    idempotency: 'same-effect',
    body: NewApiKey,
    maxBodyBytes: 4096,
    status: 201,
    responses: [IssuedApiKey],
    problems: ['conflict'],
  },
  rotateApiKey: {
    ...KEY_COMMAND,
    method: 'post',
    path: '/v1/api-keys/{keyId}/rotate',
    summary:
      'Replaces an API key by a new one, which is returned once; both are valid during the overlap. 403 for a key with a scope that the caller lacks, 409 for one that is not active or was replaced; needs no Idempotency-Key',
    params: ApiKeyPath,
    body: RotationBody,
    maxBodyBytes: 1024,
    status: 201,
    responses: [IssuedApiKey],
    problems: ['conflict'],
  },
  revokeApiKey: {
    ...KEY_COMMAND,
    method: 'delete',
    path: '/v1/api-keys/{keyId}',
    summary: 'Revokes an API key, which is refused within a minute; needs no Idempotency-Key',
    params: ApiKeyPath,
    status: 200,
    responses: [ApiKeyView],
  },
} as const satisfies Operations;
