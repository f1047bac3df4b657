/**
 * Address of an HTTP API in the emulator that every client can resolve. Stack outputs have the AWS form,
 * `http://{id}.execute-api.localhost:{port}`, which browsers and curl resolve, but Node.js does not.
 */
export const apiAddress = (outputUrl: string, port: number): string => {
  const [id] = new URL(outputUrl).hostname.split('.');
  return `http://127.0.0.1:${port}/_aws/execute-api/${id}`;
};
