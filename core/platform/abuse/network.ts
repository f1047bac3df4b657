const IPV4 = /(?:^|:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/;
const IPV6_GROUPS = 3;

/** The /24 of an IPv4 address or the /48 of an IPv6 address: what one site usually has. */
export const networkOf = (address: string): string => {
  const [, a, b, c] = IPV4.exec(address) ?? [];
  if (a !== undefined) return `${a}.${b}.${c}.0/24`;
  if (!/^[0-9a-f:]+$/i.test(address)) return 'unknown';
  const [head = ''] = address.toLowerCase().split('::');
  const groups = [...head.split(':').filter((group) => group !== ''), '0', '0', '0'];
  return `${groups.slice(0, IPV6_GROUPS).join(':')}::/48`;
};
