import { once } from 'node:events';
import { createServer } from 'node:net';

/** A TCP port on which nothing listened on the loopback address a moment ago. */
export const findFreePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a numbered port');
  return address.port;
};
