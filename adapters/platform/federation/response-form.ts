/** What must hold of a response before its signature means anything: attacks on signed XML move or copy what was signed. */
import { X509Certificate } from 'node:crypto';
import { allOf, childrenOf, isNamed, textOf } from './xml-document.ts';

const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
const STRONG = /#(?:rsa-sha(?:256|384|512)|sha(?:256|384|512)(?:-rsa-MGF1)?)$/;
const COMMENT_NODE = 8;
const PROCESSING_NODE = 7;

const statusOf = (root: Element): string | undefined => {
  const code = allOf(root, 'protocol', 'StatusCode')[0]?.getAttribute('Value') ?? '';
  if (code === SUCCESS) return undefined;
  const message = textOf(allOf(root, 'protocol', 'StatusMessage')[0]);
  return `the provider refused the sign-in: ${[code || 'no status', message].filter(Boolean).join(' ')}`;
};

const assertionsOf = (root: Element): string | undefined => {
  const all = allOf(root, 'assertion', 'Assertion');
  if (all.length === 0)
    return allOf(root, 'assertion', 'EncryptedAssertion').length > 0
      ? 'the assertion is encrypted, and the stage has no key for it: turn encryption off in the provider'
      : 'there is no assertion';
  if (all.length > 1) return `there are ${all.length} assertions, expected one: a second one can be forged`;
  return all[0]?.parentNode === root
    ? undefined
    : 'the assertion is not where it belongs: it was moved (wrapping)';
};

/** Comments are not signed, and readers differ in whether a name ends at one. */
const hasHiddenNode = (root: Node): boolean => {
  const left = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.nodeType === COMMENT_NODE || node.nodeType === PROCESSING_NODE) return true;
    for (let child = node.firstChild; child !== null; child = child.nextSibling) left.push(child);
  }
  return false;
};

const repeatedId = (root: Element): string | undefined => {
  const ids = [root, ...Array.from(root.getElementsByTagName('*'))].flatMap(
    (element) => element.getAttribute('ID') || [],
  );
  const seen = new Set<string>();
  const repeated = ids.find((id) => seen.size === seen.add(id).size);
  return repeated === undefined
    ? undefined
    : `two elements have the id ${repeated}: one was copied (wrapping)`;
};

const signaturesOf = (root: Element): string | undefined => {
  const [assertion] = allOf(root, 'assertion', 'Assertion');
  const all = allOf(root, 'signature', 'Signature');
  if (all.length === 0)
    return 'neither the response nor the assertion is signed: turn signatures on in the provider';
  const isExpected = ({ parentNode }: Element) => parentNode === root || parentNode === assertion;
  if (!all.every(isExpected)) return 'a signature is not where it belongs: it was moved (wrapping)';
  const weak = [...allOf(root, 'signature', 'SignatureMethod'), ...allOf(root, 'signature', 'DigestMethod')]
    .map((method) => method.getAttribute('Algorithm') ?? '')
    .find((algorithm) => !STRONG.test(algorithm));
  return weak === undefined
    ? undefined
    : `it is signed with ${weak.split('#').at(-1) || 'an unknown algorithm'}, expected SHA-256: set it in the provider`;
};

/** Why a response is refused whatever its signature; undefined if its form is right. */
export const malformed = (root: Element): string | undefined => {
  if (!isNamed(root, 'protocol', 'Response')) return `found <${root.nodeName}>, expected a SAML <Response>`;
  return (
    statusOf(root) ??
    assertionsOf(root) ??
    (hasHiddenNode(root)
      ? 'it contains a comment or processing instruction, at which a name could be cut short'
      : undefined) ??
    repeatedId(root) ??
    signaturesOf(root)
  );
};

/** Fingerprints of the certificates that a response names for its signatures; it may name none. */
export const namedCertificates = (root: Element): readonly string[] =>
  allOf(root, 'signature', 'X509Certificate').flatMap((element) => {
    try {
      return [new X509Certificate(Buffer.from(textOf(element), 'base64')).fingerprint256];
    } catch {
      return [];
    }
  });

export const isSigned = (element: Element): boolean =>
  childrenOf(element, 'signature', 'Signature').length > 0;
