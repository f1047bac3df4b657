import { DOMParser } from '@xmldom/xmldom';
import { InvalidInputError } from '../../../core/shared/errors.ts';

export const NAMESPACES = {
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
} as const;
export type Namespace = keyof typeof NAMESPACES;

/** Far above what providers send: parsing takes time with the square of each. */
const MAX_DEPTH = 100;
const MAX_ELEMENTS = 10_000;
const MAX_TAG_CHARACTERS = 10_000;

/** Parts without elements, whatever they contain. */
const SKIPPED = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;
/** A tag to its end: quoted values may contain any character. */
const TAG = /<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>/y;

/** The part that begins at `at`: a tag, or one without elements. Undefined if it has no end. */
const partAt = (text: string, at: number): { readonly tag: string; readonly end: number } | undefined => {
  const [start, close] = SKIPPED.find(([opening]) => text.startsWith(opening, at)) ?? [];
  if (start !== undefined && close !== undefined) {
    const end = text.indexOf(close, at + start.length);
    return end < 0 ? undefined : { tag: '', end: end + close.length };
  }
  TAG.lastIndex = at;
  const [tag] = TAG.exec(text) ?? [];
  return tag === undefined ? undefined : { tag, end: at + tag.length };
};

/** Counts tags before anything is built of them. @throws InvalidInputError */
const requireBounds = (text: string, what: string): void => {
  const refuse = (found: string): never => {
    throw new InvalidInputError(`${what}: found ${found}`);
  };
  let [depth, elements] = [0, 0];
  for (let at = text.indexOf('<'); at >= 0; ) {
    const { tag, end } = partAt(text, at) ?? refuse('a tag, comment or text section without an end');
    if (tag.length > MAX_TAG_CHARACTERS) refuse(`a tag of more than ${MAX_TAG_CHARACTERS} characters`);
    const isOpening = tag !== '' && !tag.startsWith('</');
    if (isOpening && ++elements > MAX_ELEMENTS) refuse(`more than ${MAX_ELEMENTS} elements`);
    if (tag.startsWith('</')) depth--;
    else if (isOpening && !tag.endsWith('/>') && ++depth > MAX_DEPTH)
      refuse(`elements in more than ${MAX_DEPTH} others`);
    at = text.indexOf('<', end);
  }
};

/** Parses XML without a document type, whose entities can stand for anything. @throws InvalidInputError */
export const parseXml = (text: string, what: string): Element => {
  requireBounds(text, what);
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text))
    throw new InvalidInputError(`${what}: found a document type or entity, expected XML without any`);
  const fail = (message: unknown): never => {
    throw new InvalidInputError(`${what}: found invalid XML (${String(message).split('\n')[0]})`);
  };
  const parser = new DOMParser({ errorHandler: { warning: fail, error: fail, fatalError: fail } });
  const root = parser.parseFromString(text, 'text/xml')?.documentElement;
  return root ?? fail('no element');
};

/** Elements anywhere below one, in the order of the document. */
export const allOf = (above: Element, namespace: Namespace, name: string): readonly Element[] =>
  Array.from(above.getElementsByTagNameNS(NAMESPACES[namespace], name));

/** Elements directly below one. */
export const childrenOf = (parent: Element, namespace: Namespace, name: string): readonly Element[] =>
  allOf(parent, namespace, name).filter((element) => element.parentNode === parent);

export const isNamed = (element: Element, namespace: Namespace, name: string): boolean =>
  element.namespaceURI === NAMESPACES[namespace] && element.localName === name;

export const textOf = (element: Element | undefined): string => element?.textContent?.trim() ?? '';

/** Epoch seconds of an attribute with a time; undefined if it is absent. @throws InvalidInputError */
export const timeIn = (element: Element | undefined, name: string): number | undefined => {
  const text = element?.getAttribute(name);
  if (text === undefined || text === null || text === '') return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidInputError(`${name}: found ${text}, expected an ISO 8601 time`);
  return time / 1000;
};
