/**
 * Path tricks, by a caller who may read but not manage keys. The emulator joins slashes and decodes addresses before it
 * chooses a function, which AWS does not.
 */
import { type Expected, type Row, withBearer } from './row.ts';

const asReader = (path: string, expected: Expected): Row => [
  ...([path.slice(0, 80), expected, ({ reader }) => withBearer(reader, path)] as Row),
];

export const paths: readonly Row[] = [
  asReader('/v1/api-keys/', '404 not-found'),
  asReader('//v1/api-keys', '403 forbidden'),
  asReader('/v1//api-keys', '404 not-found'),
  asReader('/v1/./api-keys', '404 not-found'),
  asReader('/./v1/api-keys', '404 gateway'),
  asReader('/v1/targets/../api-keys', '404 not-found'),
  asReader('/v1/health/../api-keys', '404 not-found'),
  asReader('/v1/webhooks/x/../signing-keys', '404 not-found'),
  asReader('/../../etc/passwd', '404 gateway'),
  asReader('/v1/../../../../proc/self/environ', '404 not-found'),
  asReader('/v1/targets/%2e%2e/api-keys', '404 not-found'),
  asReader('/v1/%2e%2e/v1/api-keys', '404 not-found'),
  asReader('/v1/targets%2f..%2fapi-keys', '404 not-found'),
  asReader('/v1/targets/..%2f..%2fapi-keys/series', '404 not-found'),
  asReader('/v1/targets/%252e%252e%252fapi-keys/series?metric=cpu', '400 invalid-request'),
  asReader('/v1/targets/..%5c..%5capi-keys/series?metric=cpu', '400 invalid-request'),
  asReader('/v1/targets/%c0%ae%c0%ae/series?metric=cpu', '400 invalid-request'),
  asReader('/v1/targets/%ef%bc%8f/series?metric=cpu', '400 invalid-request'),
  asReader('/v1/targets/%00/series?metric=cpu', '400 invalid-request'),
  asReader('/v1/targets/our-host%00.json/series?metric=cpu', '400 invalid-request'),
  asReader('/v1/targets/our-host%23/series?metric=cpu', '400 invalid-request'),
  asReader('/v1/targets/our-host%0d%0aset-cookie:x/series?metric=cpu', '400 invalid-request'),
  asReader('/v1/api-keys%00', '404 not-found'),
  asReader('/v1/api-keys%20', '404 not-found'),
  asReader('/v1/api-keys;a=b', '404 not-found'),
  asReader('/v1/api-keys.json', '404 not-found'),
  asReader('/v1/api%2Dkeys', '403 forbidden'),
  asReader('/v1/%61pi-keys', '403 forbidden'),
  asReader('/V1/api-keys', '404 gateway'),
  asReader('/v1/API-KEYS', '404 not-found'),
  asReader('/v1/api-keys/%2a', '405 method-not-allowed'),
  asReader('/v1/api-keys/..%2f..%2ftargets', '404 not-found'),
  asReader('/v1/__proto__', '404 not-found'),
  asReader('/v1/constructor', '404 not-found'),
  asReader('/v1/api-keys?%00', '403 forbidden'),
  asReader(`/v1/${'../'.repeat(500)}api-keys`, '404 not-found'),
  asReader('/latest/meta-data/iam/security-credentials/', '404 gateway'),
  asReader('/v2/api-keys', '404 gateway'),
];
