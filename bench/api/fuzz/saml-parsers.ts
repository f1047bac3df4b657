/** Documents of identity providers, which `forestall sign-in check` reads. */
import { isDeepStrictEqual } from 'node:util';
import { readSamlMetadata } from '../../../adapters/platform/federation/saml-metadata.ts';
import { RefusedResponseError, verifyResponse } from '../../../adapters/platform/federation/saml-response.ts';
import type { Assertion } from '../../../core/platform/federation/facts.ts';
import { type FuzzedParser, holds, parser } from './parser.ts';
import { damagedOrGood } from './random-input.ts';
import { SIGNED_METADATA, SIGNED_RESPONSE } from './saml-samples.ts';

const METADATA = readSamlMetadata(SIGNED_METADATA);
const ASSERTION = verifyResponse(SIGNED_RESPONSE, METADATA);

const base64 = Buffer.from(SIGNED_RESPONSE).toString('base64');
const RECORDED = [SIGNED_RESPONSE, base64, new URLSearchParams({ SAMLResponse: base64 }).toString()];

const verifyRecorded = async (recorded: string) => {
  try {
    return { found: await verifyResponse(recorded, METADATA), expected: await ASSERTION };
  } catch (error) {
    if (error instanceof RefusedResponseError) return undefined;
    throw error;
  }
};

/** What is signed in a response; where the signature is, is not. */
const said = ({ signed: _, ...assertion }: Assertion) => assertion;

export const samlParsers: readonly FuzzedParser[] = [
  parser('SAML metadata', damagedOrGood([SIGNED_METADATA]), readSamlMetadata, ({ facts }) => {
    holds(
      facts.signature !== 'valid' || isDeepStrictEqual(facts, METADATA.facts),
      'that it says what was signed',
    );
  }),
  parser('SAML responses', damagedOrGood(RECORDED), verifyRecorded, ({ found, expected }) => {
    holds(isDeepStrictEqual(said(found), said(expected)), 'that it says what was signed');
  }),
];
