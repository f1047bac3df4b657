/** Headers of requests that a client of the API may set. Web pages may send no others. */
export const CLIENT_HEADERS: readonly string[] = [
  'authorization',
  'x-api-key',
  'forestall-tenant',
  'content-type',
  'content-encoding',
  'idempotency-key',
  // Read by the gateway and by Lambda: it names the trace that the request belongs to.
  'x-amzn-trace-id',
];
