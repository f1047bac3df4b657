/** Every table of the hostile suite for identities. */
import { apiKeys, permissions } from './api-keys.ts';
import { massAssignment, sizes } from './bodies.ts';
import { bytes, headers } from './headers.ts';
import { headerInjections, injections } from './injections.ts';
import { theirCursors, theirIds } from './other-tenants.ts';
import { paths } from './paths.ts';
import type { Row } from './row.ts';
import { issuedTokens, people, personTokens } from './tokens.ts';
import { slackWebhooks, standardWebhooks } from './webhooks.ts';

export const TABLES: Readonly<Record<string, readonly Row[]>> = {
  'a token of a person': personTokens,
  'a person': people,
  'a token that the API issued': issuedTokens,
  'an API key': apiKeys,
  permissions,
  'a webhook': standardWebhooks,
  'a webhook of Slack': slackWebhooks,
  headers,
  'bytes of HTTP': bytes,
  'bodies and bombs': sizes,
  'mass assignment': massAssignment,
  paths,
  'injected text': injections,
  'text injected into headers': headerInjections,
  'ids of another tenant': theirIds,
  'cursors of another tenant': theirCursors,
};
