import { type GroupNames, roleNamed } from '../api/tenant-directories.ts';
import type { CheckResult } from '../doctor/check.ts';
import type { Assertion, ExpectedSignIn, SamlMetadata } from './facts.ts';
import { finding, judged, skipped, timeOf } from './findings.ts';

/** Difference of clocks between provider and AWS that is tolerated. */
const SKEW_SECONDS = 60;
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
/** Attributes in which Okta, Entra ID and others send groups. */
const GROUP_ATTRIBUTE = /(?:^|\/|:)(?:groups?|memberof|roles?)$/i;

const listed = (texts: readonly string[]): string => texts.join(', ') || 'none';

const judgeIssuer = ({ issuer }: Assertion, { entityId }: SamlMetadata): CheckResult =>
  judged(
    'issuer',
    issuer,
    issuer === entityId
      ? []
      : [
          finding(
            'issuer',
            `found ${issuer}, expected ${entityId}`,
            'use the metadata of the same application',
          ),
        ],
  );

const judgeAudience = ({ audiences }: Assertion, { audience }: ExpectedSignIn): CheckResult => {
  if (audience === undefined) return skipped('audience', `${listed(audiences)}; --pool names the user pool`);
  const wrong = finding(
    'audience',
    `found ${listed(audiences)}, expected ${audience}`,
    'set it in the provider (also called entity ID or identifier of the service provider)',
  );
  return judged('audience', listed(audiences), audiences.includes(audience) ? [] : [wrong]);
};

const judgeRecipient = ({ confirmations }: Assertion, { recipient }: ExpectedSignIn): CheckResult => {
  const bearers = confirmations.filter(({ method }) => method === BEARER);
  const found = listed(bearers.map((each) => each.recipient ?? 'none'));
  if (recipient === undefined)
    return skipped('recipient', `${found}; --pool and --domain name the login page`);
  const wrong = finding(
    'recipient',
    `found ${found}, expected ${recipient}`,
    'set it in the provider (also called ACS URL, reply URL or single sign-on URL)',
  );
  return judged('recipient', found, bearers.some((each) => each.recipient === recipient) ? [] : [wrong]);
};

/** The window in which an assertion is valid: from its conditions and its confirmation. */
const judgeTime = (assertion: Assertion, at: number): CheckResult => {
  const { notBefore, notOnOrAfter, confirmations } = assertion;
  const ends = [notOnOrAfter, ...confirmations.map((each) => each.notOnOrAfter)].filter(
    (end) => end !== undefined,
  );
  const until = Math.min(...ends);
  const findings = [];
  if (ends.length === 0)
    findings.push(finding('time', 'the assertion is valid forever', 'have the provider limit it to minutes'));
  if (notBefore !== undefined && at + SKEW_SECONDS < notBefore)
    findings.push(finding('time', `not valid before ${timeOf(notBefore)}`, 'set the clock of the provider'));
  if (ends.length > 0 && at - SKEW_SECONDS >= until)
    findings.push(
      finding(
        'time',
        `expired at ${timeOf(until)}, judged at ${timeOf(at)}`,
        'give the time at which the response was recorded (--at), or record a new one',
      ),
    );
  const from = notBefore === undefined ? 'any time' : timeOf(notBefore);
  return judged('time', `from ${from} to ${ends.length > 0 ? timeOf(until) : 'any time'}`, findings);
};

const judgeSubject = ({ subject }: Assertion): CheckResult => {
  if (subject === undefined || subject.value === '')
    return judged('subject', 'none', [
      finding('NameID', 'the assertion names no one', 'have the provider send a NameID'),
    ]);
  const transient = finding(
    'NameID',
    'it is transient: it differs at each sign-in, so people would be new each time',
    'have the provider send a persistent one, or the e-mail address',
  );
  return judged('subject', subject.value, subject.format === TRANSIENT ? [transient] : []);
};

const judgeEmail = ({ attributes }: Assertion, { emailAttribute }: ExpectedSignIn): CheckResult => {
  const found = attributes.get(emailAttribute) ?? [];
  const missing = finding(
    'emailAttribute',
    `the assertion has no attribute ${emailAttribute}`,
    `set it to one of: ${listed([...attributes.keys()])}`,
  );
  return judged('e-mail', `${emailAttribute} = ${listed(found)}`, found.length > 0 ? [] : [missing]);
};

/** Groups that the assertion names, with the roles that directories give by pushing groups of these names. */
const judgeRoles = ({ attributes }: Assertion, names: GroupNames): CheckResult => {
  const groups = [...attributes].flatMap(([name, values]) => (GROUP_ATTRIBUTE.test(name) ? values : []));
  const roles = groups.flatMap((group) => {
    const role = roleNamed(names, group);
    return role === undefined ? [] : [`${group} -> ${role}`];
  });
  const found =
    groups.length === 0 ? 'no groups in the assertion' : `${listed(roles)} of ${groups.length} groups`;
  return judged('roles', `${found}; roles come from the groups that the directory pushes by SCIM`);
};

/** Judges a verified assertion at a time in epoch seconds. */
export const judgeAssertion = (
  assertion: Assertion,
  metadata: SamlMetadata,
  expected: ExpectedSignIn,
  names: GroupNames,
  at: number,
): readonly CheckResult[] => [
  judged('response', `signed ${assertion.signed}`),
  judgeIssuer(assertion, metadata),
  judgeAudience(assertion, expected),
  judgeRecipient(assertion, expected),
  judgeTime(assertion, at),
  judgeSubject(assertion),
  judgeEmail(assertion, expected),
  judgeRoles(assertion, names),
];
