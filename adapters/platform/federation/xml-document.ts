import { DOMParser } from '@xmldom/xmldom';
import { InvalidInputError } from '../../../core/shared/errors.ts';

export const NAMESPACES = {
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
} as const;
export type Namespace = keyof typeof NAMESPACES;

/** Parses XML without a document type, whose entities can stand for anything. @throws InvalidInputError */
export const parseXml = (text: string, what: string): Element => {
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
