import { once } from 'node:events';
import { createServer } from 'node:net';

/** A TCP port that was free on the loopback address a moment ago. */
export const findFreePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string')
    throw new Error('expected a TCP server to have a numeric port');
  return address.port;
};
