import { Command } from 'commander';
import { downloadMetadata } from '../../../adapters/platform/federation/download-metadata.ts';
import type { ReadMetadata } from '../../../adapters/platform/federation/saml-metadata.ts';
import { groupNamesOf } from '../../../core/platform/api/tenant-directories.ts';
import type { CheckResult } from '../../../core/platform/doctor/check.ts';
import { needsAction } from '../../../core/platform/doctor/examine.ts';
import type { ExpectedSignIn } from '../../../core/platform/federation/facts.ts';
import { finding, judged } from '../../../core/platform/federation/findings.ts';
import { judgeAssertion } from '../../../core/platform/federation/judge-assertion.ts';
import { judgeMetadata } from '../../../core/platform/federation/judge-metadata.ts';
import { judgeOidc, OidcDocument } from '../../../core/platform/federation/judge-oidc.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { parseJson } from '../../../core/shared/parse-json.ts';
import type { IdentityProvider } from '../../../lib/config/stage-config.ts';
import { readWholeText } from '../../input/decode-text.ts';
import { openInput } from '../../input/open-input.ts';
import { jsonText } from '../../terminal/clean-text.ts';
import { GateReachedError } from '../../terminal/exit-codes.ts';
import { formatCount } from '../../terminal/format.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { printLines } from '../../terminal/writer.ts';
import { describeResults } from './doctor-text.ts';
import { type ConfiguredProvider, providerOf } from './sign-in-provider.ts';

interface Options {
  readonly stage?: string;
  readonly provider?: string;
  readonly metadata?: string;
  readonly response?: string;
  readonly pool?: string;
  readonly domain?: string;
  readonly emailAttribute?: string;
  readonly at?: string;
  readonly json?: true;
}

/** More than the metadata of a provider; federations of thousands have other tools. */
const MAX_CHARACTERS = 1_000_000;
const DOWNLOAD_MS = 15_000;

const secondsOf = (at: string | undefined): number => {
  const time = at === undefined ? Date.now() : Date.parse(at);
  if (Number.isNaN(time))
    throw new InvalidInputError(`--at: found ${at}, expected a time such as 2026-11-29T12:00:00Z`);
  return time / 1000;
};

const addressOf = (provider: IdentityProvider): string =>
  provider.kind === 'saml'
    ? provider.metadataUrl
    : `${provider.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

const metadataText = ({ metadata }: Options, { provider }: ConfiguredProvider, terminal: Terminal) => {
  if (metadata !== undefined)
    return readWholeText(openInput(metadata, terminal.stdin), MAX_CHARACTERS, 'metadata of a provider');
  if (provider !== undefined)
    return downloadMetadata(addressOf(provider), { maxBytes: MAX_CHARACTERS, timeoutMs: DOWNLOAD_MS });
  throw new InvalidInputError('expected --metadata FILE, or --stage with a provider to download it from');
};

const POOL = /^([a-z]{2}(?:-[a-z]+)+-\d)_[A-Za-z0-9]+$/;

/** What the stage expects, from its settings and from the options, which come first. */
const expectedOf = (options: Options, { provider, loginDomain }: ConfiguredProvider): ExpectedSignIn => {
  const { pool, domain = loginDomain } = options;
  const region = pool === undefined ? undefined : POOL.exec(pool)?.[1];
  if (pool !== undefined && region === undefined)
    throw new InvalidInputError(
      `--pool: found ${pool}, expected the output UserPoolId, such as eu-west-1_a1B2c3D4e`,
    );
  const host = domain?.includes('.')
    ? domain
    : region && domain && `${domain}.auth.${region}.amazoncognito.com`;
  const configured = provider?.kind === 'saml' ? provider.emailAttribute : undefined;
  return {
    recipient: host && `https://${host}/saml2/idpresponse`,
    audience: pool && `urn:amazon:cognito:sp:${pool}`,
    emailAttribute: options.emailAttribute ?? configured ?? 'email',
  };
};

const judgeResponse = async (
  file: string,
  metadata: ReadMetadata,
  configured: ConfiguredProvider,
  options: Options,
  terminal: Terminal,
): Promise<readonly CheckResult[]> => {
  const { RefusedResponseError, verifyResponse } = await import(
    '../../../adapters/platform/federation/saml-response.ts'
  );
  const recorded = await readWholeText(openInput(file, terminal.stdin), MAX_CHARACTERS, 'a SAML response');
  const names = groupNamesOf(configured.directories, configured.tenant ?? '');
  try {
    const assertion = await verifyResponse(recorded, metadata);
    return judgeAssertion(
      assertion,
      metadata.facts,
      expectedOf(options, configured),
      names,
      secondsOf(options.at),
    );
  } catch (error) {
    if (!(error instanceof RefusedResponseError)) throw error;
    return [
      judged('response', 'refused', [finding('response', error.message, 'nothing else of it was judged')]),
    ];
  }
};

const examine = async (options: Options, terminal: Terminal): Promise<readonly CheckResult[]> => {
  const configured = await providerOf(options.stage, options.provider);
  const text = await metadataText(options, configured, terminal);
  if (text.trimStart().startsWith('{')) {
    const document = OidcDocument.safeParse(parseJson(text));
    if (!document.success)
      throw new InvalidInputError('metadata: found other JSON, expected the discovery document of an issuer');
    const issuer = configured.provider?.kind === 'oidc' ? configured.provider.issuer : document.data.issuer;
    return judgeOidc(document.data, issuer);
  }
  // Loaded on demand: other commands need no XML.
  const { readSamlMetadata } = await import('../../../adapters/platform/federation/saml-metadata.ts');
  const metadata = readSamlMetadata(text);
  const { emailAttribute } = expectedOf(options, configured);
  const ofMetadata = judgeMetadata(metadata.facts, emailAttribute, secondsOf(undefined));
  if (options.response === undefined) return ofMetadata;
  return [...ofMetadata, ...(await judgeResponse(options.response, metadata, configured, options, terminal))];
};

const check = async (options: Options, terminal: Terminal): Promise<void> => {
  const results = await examine(options, terminal);
  const lines = options.json ? [jsonText({ checks: results })] : describeResults(results, terminal);
  printLines(terminal.stdout, lines.join('\n'));
  if (!needsAction(results)) return;
  const findings = results.reduce((sum, result) => sum + result.findings.length, 0);
  throw new GateReachedError(`sign-in would fail: ${formatCount(findings, 'thing to do', 'things to do')}`);
};

const checkCommand = (terminal: Terminal): Command =>
  new Command('check')
    .description(
      'check the metadata of an identity provider, and whether a recorded SAML response would be accepted',
    )
    .option('--stage <stage>', 'stage whose settings (lib/config) name the provider')
    .option('--provider <name>', 'name of the provider, if the stage has several')
    .option(
      '--metadata <file>',
      'SAML metadata or OIDC discovery document (default: downloaded); - for stdin',
    )
    .option('--response <file>', 'SAML response as the browser posts it: the field SAMLResponse in base64')
    .option('--pool <id>', 'user pool: the output UserPoolId of the data stack')
    .option('--domain <domain>', 'prefix or host of the login page (default: that of the stage)')
    .option(
      '--email-attribute <name>',
      'attribute with the e-mail address (default: that of the stage, or email)',
    )
    .option('--at <time>', 'when the response was recorded (default: now)')
    .option('--json', 'print one JSON object')
    .action((options: Options) => check(options, terminal));

/** `forestall sign-in`: finds out why people cannot sign in, before and after a stage is federated. */
export const signInCommand = (terminal: Terminal): Command =>
  new Command('sign-in')
    .description('check the federation of a stage with an identity provider')
    .addCommand(checkCommand(terminal));
