/** The discovery document of an OpenID Connect issuer: https://openid.net/specs/openid-connect-discovery-1_0.html */
import * as z from 'zod';
import type { CheckResult } from '../doctor/check.ts';
import { finding, judged } from './findings.ts';

export const OidcDocument = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  response_types_supported: z.array(z.string()).default(['code']),
  scopes_supported: z.array(z.string()).optional(),
});
export type OidcDocument = z.infer<typeof OidcDocument>;

const SCOPES = ['openid', 'profile', 'email'];

/** Judges what an issuer publishes against what the stage configures. */
export const judgeOidc = (document: OidcDocument, issuer: string): readonly CheckResult[] => {
  const { authorization_endpoint, token_endpoint, jwks_uri, scopes_supported = SCOPES } = document;
  const insecure = [authorization_endpoint, token_endpoint, jwks_uri].filter(
    (address) => !address.startsWith('https://'),
  );
  const lacking = SCOPES.filter((scope) => !scopes_supported.includes(scope));
  const sameIssuer = document.issuer === issuer;
  return [
    judged(
      'provider',
      document.issuer,
      sameIssuer
        ? []
        : [finding('issuer', `found ${document.issuer}, expected ${issuer}`, 'configure it as found')],
    ),
    judged(
      'addresses',
      authorization_endpoint,
      insecure.map((address) => finding(address, 'the address is not HTTPS', 'have the provider use HTTPS')),
    ),
    judged(
      'sign-in',
      document.response_types_supported.join(', '),
      document.response_types_supported.includes('code')
        ? []
        : [finding('response_types_supported', 'the code flow is off', 'enable it in the provider')],
    ),
    judged(
      'scopes',
      scopes_supported.join(', '),
      lacking.map((scope) => finding(scope, 'the scope is not offered', 'enable it in the provider')),
    ),
  ];
};
