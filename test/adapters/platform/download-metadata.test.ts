import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { downloadMetadata } from '../../../adapters/platform/federation/download-metadata.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

let server: Server;
const LIMITS = { maxBytes: 100_000, timeoutMs: 5000 };

const served = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`;
};

const failure = async (address: string, limits = LIMITS): Promise<string> => {
  const error: unknown = await downloadMetadata(address, limits).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DependencyUnavailableError);
  return String(error);
};

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('metadata of a provider', () => {
  it('is downloaded as it is', async () => {
    const address = await served((_, response) => response.end('<Ä/>'));
    expect(await downloadMetadata(address, LIMITS)).toBe('<Ä/>');
  });

  it('is not taken from where a redirect leads', async () => {
    const asked: (string | undefined)[] = [];
    const address = await served(({ url }, response) => {
      asked.push(url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await failure(address)).toMatch(/status 302: redirects, here to \/elsewhere, are not followed/);
    expect(asked).toEqual(['/metadata']);
  });

  it('is read up to a limit, not to the end of a body without one', async () => {
    let sent = 0;
    const address = await served((_, response) => {
      const more = () => {
        sent += 10_000;
        if (response.write('x'.repeat(10_000))) setImmediate(more);
        else response.once('drain', more);
      };
      response.once('close', () => response.removeAllListeners('drain'));
      more();
    });
    expect(await failure(address)).toMatch(/it has more than 100000 bytes/);
    expect(sent).toBeLessThan(50_000_000);
  });

  it('is not waited for longer than the limit', async () => {
    const address = await served((_, response) => response.write('<'));
    expect(await failure(address, { ...LIMITS, timeoutMs: 100 })).toMatch(/give a file with --metadata/);
  });

  it('is missed with the status', async () => {
    const address = await served((_, response) => response.writeHead(404).end('nothing'));
    expect(await failure(address)).toMatch(/\(status 404\)/);
  });
});
