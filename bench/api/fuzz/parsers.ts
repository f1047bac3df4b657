/** Every parser that faces the network. */
import { credentialParsers } from './credential-parsers.ts';
import { formatParsers } from './format-parsers.ts';
import { FORM_PARSER, MESSAGE_PARSERS } from './message-parsers.ts';
import { operationParsers } from './operation-parsers.ts';
import type { FuzzedParser } from './parser.ts';
import { samlParsers } from './saml-parsers.ts';
import { textParsers } from './text-parsers.ts';

export const PARSERS: readonly FuzzedParser[] = [
  ...formatParsers,
  ...credentialParsers,
  ...Object.values(MESSAGE_PARSERS),
  FORM_PARSER,
  ...textParsers,
  ...samlParsers,
  ...operationParsers(),
];
