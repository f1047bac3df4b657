/** Documents that no provider sends: they are judged within a second, whatever their form. */
import { describe, expect, it } from 'vitest';
import { readSamlMetadata } from '../../../adapters/platform/federation/saml-metadata.ts';
import { verifyResponse } from '../../../adapters/platform/federation/saml-response.ts';
import { ForestallError } from '../../../core/shared/errors.ts';
import { assertionOf, metadataOf, responseOf } from '../../fixtures/saml.ts';
import { selfSigned } from '../../fixtures/self-signed-certificate.ts';

const MAX_MS = 1000;
const key = selfSigned('idp');
const genuine = metadataOf([key]);
const metadata = readSamlMetadata(genuine);

const nested = (count: number): string => '<x>'.repeat(count) + '</x>'.repeat(count);
const withIds = (count: number): string =>
  Array.from({ length: count }, (_, index) => `<x ID="${index}"/>`).join('');
const attributes = (count: number): string =>
  `<x ${Array.from({ length: count }, (_, index) => `x${index}="1"`).join(' ')}/>`;
/** Tags that end in what a scan could take for another end. */
const disguised = (count: number): string => '<x a="/>">'.repeat(count) + '</x>'.repeat(count);
const hidden = (count: number): string =>
  '<x><![CDATA[</x></x>]]><?y </x>?>'.repeat(count) + '</x>'.repeat(count);

const HOSTILE: Readonly<Record<string, string>> = {
  'elements in 10,000 others': nested(10_000),
  'elements in 200 others': nested(200),
  '50,000 elements with ids': withIds(50_000),
  '9,000 elements with ids, one of them twice': withIds(9000) + withIds(1),
  'an element with 100,000 attributes': attributes(100_000),
  'elements with 5,000 attributes each': attributes(5000).repeat(20),
  'nested tags with an end within an attribute': disguised(10_000),
  'nested tags with ends in text sections': hidden(10_000),
  'nested tags with an end after them': '<x>/>'.repeat(10_000) + '</x>'.repeat(10_000),
  'nested tags with an end within an attribute in other quotes': '<x a=\'"</x>"\'>'.repeat(10_000),
  '200,000 comments that do not end': '<!--'.repeat(200_000),
  '200,000 text sections that do not end': '<![CDATA['.repeat(200_000),
  '100,000 beginnings of tags': '<'.repeat(100_000),
};

/** Refused with a reason, or read: only metadata may contain what is not known. */
const judgedInTime = async (read: () => unknown): Promise<void> => {
  const started = process.cpuUsage();
  const error: unknown = await (async () => read())().catch((thrown: unknown) => thrown);
  const { user, system } = process.cpuUsage(started);
  if (error instanceof Error) expect(error).toBeInstanceOf(ForestallError);
  expect((user + system) / 1000).toBeLessThan(MAX_MS);
};

describe.each(Object.entries(HOSTILE))('%s', (_, xml) => {
  it('in a response', () =>
    judgedInTime(() =>
      verifyResponse(responseOf(assertionOf().replace('</Assertion>', `${xml}</Assertion>`)), metadata),
    ));

  it('in metadata', () =>
    judgedInTime(() => readSamlMetadata(genuine.replace('<IDPSSODescriptor', `${xml}<IDPSSODescriptor`))));
});

it.each(['nested', 'disguised', 'hidden'])('%s elements are refused for their depth', (kind) => {
  const xml = kind === 'nested' ? nested(101) : kind === 'hidden' ? hidden(101) : disguised(101);
  expect(() => readSamlMetadata(`<a>${xml}</a>`)).toThrow('elements in more than 100 others');
  expect(() => readSamlMetadata('<a><![CDATA[')).toThrow('without an end');
});

it('500 certificates', () => {
  const [descriptor = ''] = /<KeyDescriptor.*?<\/KeyDescriptor>/s.exec(genuine) ?? [];
  expect(descriptor).not.toBe('');
  return judgedInTime(() => readSamlMetadata(genuine.replace(descriptor, descriptor.repeat(500))));
});

it('a response of 200,000 characters of XML', async () => {
  const long = responseOf(assertionOf()).replace('</Assertion>', `${'x'.repeat(200_000)}</Assertion>`);
  await expect(verifyResponse(long, metadata)).rejects.toThrow(
    /characters in base64; Cognito accepts 100000/,
  );
});
