import type { HttpRequest } from './http-request.ts';

/**
 * Address of the sender. Behind CloudFront, the gateway sees an address of CloudFront, which has appended that of the
 * sender to `x-forwarded-for`; the gateway may have appended its own view. Earlier entries are what the sender claims.
 */
export const senderAddress = (
  { sourceIp, headers }: Pick<HttpRequest, 'sourceIp' | 'headers'>,
  isBehindCloudFront: boolean,
): string => {
  if (!isBehindCloudFront) return sourceIp;
  const listed = (headers['x-forwarded-for'] ?? '').split(',').map((address) => address.trim());
  if (listed.at(-1) === sourceIp) listed.pop();
  return listed.at(-1) || sourceIp;
};
