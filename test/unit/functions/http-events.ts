/** A request as API Gateway (payload 2.0) passes it on. */
export const httpEvent = (
  method: string,
  path: string,
  {
    query = '',
    headers = {},
    ...rest
  }: { query?: string; headers?: Record<string, string>; body?: string } = {},
) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: query,
  headers: { host: 'api.example.com', ...headers },
  requestContext: { domainName: 'api.example.com', http: { method, path, sourceIp: '192.0.2.1' } },
  isBase64Encoded: false,
  ...rest,
});
