import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { callCluster } from '../../../../adapters/remediation/resources/kubernetes-cluster-api.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { selfSigned } from '../../../fixtures/self-signed-certificate.ts';

const pemOf = (base64: string): string =>
  `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`;

it('trusts the authority of a cluster for this cluster alone', async () => {
  const { privateKey, base64 } = selfSigned('localhost');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ key, cert: pemOf(base64) }, ({ headers }, response) =>
    response.end(JSON.stringify({ token: headers.authorization })),
  );
  server.listen(0, 'localhost');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const cluster = {
      ...{ name: 'main', url: `https://localhost:${port}`, token: 'secret' },
      breaker: { run: <T>(call: () => Promise<T>) => call() },
    };
    const get = { method: 'GET', path: '/api/v1/namespaces/shop/pods/one' } as const;
    const trusted = { ...cluster, certificateAuthority: pemOf(base64) };
    expect(await callCluster(trusted, get)).toEqual({ token: 'Bearer secret' });
    await expect(callCluster(cluster, get)).rejects.toThrow(DependencyUnavailableError);
    await expect(callCluster(cluster, get)).rejects.toThrow(/self-signed|self signed/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
