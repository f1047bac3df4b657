/** Systems that Forestall calls, each with a credential that rotates, as the settings of a stage list them. */
import * as z from 'zod';

/**
 * Addresses outside; on this machine, plain HTTP is allowed. They are in the environment of functions, so user names and
 * passwords are refused.
 */
const address = z
  .string()
  .regex(
    /^(?:https:\/\/[^\s/?#@]+|http:\/\/(?:localhost|127\.0\.0\.1)(?::\d{1,5})?)(?:\/\S*)?$/,
    'expected an address without a user name, such as https://receiver.example.com/hook',
  );

/** Names its secret: `integration-<name>`. */
const integrationName = z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'expected letters, digits and "-"');

/** Receives webhooks signed as Standard Webhooks does, and takes new secrets by one of them. */
const SignedWebhook = z.strictObject({
  kind: z.literal('signed-webhook'),
  name: integrationName,
  url: address,
});

/** Issues bearer tokens over HTTP, such as those of a service account of Grafana. */
const ApiToken = z.strictObject({
  kind: z.literal('api-token'),
  name: integrationName,
  /** `POST` issues a token, `GET` lists them, `DELETE <url>/<id>` revokes one. */
  tokensUrl: address,
  /** `GET` needs a valid token. */
  probeUrl: address,
  /** Field of a new token in the answer. */
  tokenField: z.string().min(1).default('token'),
});

/** An integration in the settings of a stage. */
export const Integration = z.discriminatedUnion('kind', [SignedWebhook, ApiToken]);
export type Integration = z.infer<typeof Integration>;
export type SignedWebhook = z.infer<typeof SignedWebhook>;
export type ApiToken = z.infer<typeof ApiToken>;
