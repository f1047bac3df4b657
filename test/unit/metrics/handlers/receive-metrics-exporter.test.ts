/** The real OpenTelemetry exporter posts to the handler over HTTP and understands its responses. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PeriodicExportingMetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { IngestionWorld } from '../../../fakes/metrics.ts';
import { collectFromSdk, instrument } from '../../../fixtures/ingestion/otel-sdk.ts';
import { deliver } from '../../../fixtures/ingestion/queued.ts';
import { KEY, receiveHandler } from '../../../harness/receive-handler.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** The event that API Gateway creates for a request with a binary body. */
const eventOf = async (request: IncomingMessage) => ({
  rawPath: request.url,
  headers: request.headers,
  requestContext: { requestId: 'exporter', http: { method: request.method } },
  body: (await buffer(request)).toString('base64'),
  isBase64Encoded: true,
});

const serve = async (world: IngestionWorld, path = '/v1/ingest/otlp') => {
  const seen: { headers: IncomingMessage['headers']; status: number; body: Buffer }[] = [];
  const handler = receiveHandler(world, Date.now);
  const server = createServer((request, response) => {
    const answering = eventOf(request).then(handler);
    answering.then(
      ({ statusCode = 500, headers, body = '', isBase64Encoded }) => {
        const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
        seen.push({ headers: request.headers, status: statusCode, body: bytes });
        response.writeHead(statusCode, headers as Record<string, string>).end(bytes);
      },
      (error: unknown) => response.destroy(error as Error),
    );
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { seen, url: `http://127.0.0.1:${port}${path}` };
};

const exportOnce = (exporter: OTLPMetricExporter, metrics: ResourceMetrics) =>
  new Promise<{ code: number; error?: Error }>((resolve) => exporter.export(metrics, resolve));

describe('the OpenTelemetry exporter', () => {
  it.each(['', '/v1/ingest/otlp'])(
    'may have the endpoint <API>%s, to which it appends /v1/metrics',
    async (path) => {
      const world = new IngestionWorld();
      const { seen, url } = await serve(world, path);
      vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', url);
      const exporter = new OTLPMetricExporter({ headers: { authorization: `Bearer ${KEY}` } });
      vi.unstubAllEnvs();
      expect(await exportOnce(exporter, await collectFromSdk({ 'host.name': 'web-1' }))).toMatchObject({
        code: 0,
      });
      expect(seen.map(({ status }) => status)).toEqual([200]);
      await exporter.shutdown();
    },
  );

  it.each(['gzip', 'none'])('delivers its metrics (compression: %s)', async (compression) => {
    const world = new IngestionWorld();
    const { seen, url } = await serve(world);
    const options = { url, headers: { authorization: `Bearer ${KEY}` }, compression };
    const exporter = new OTLPMetricExporter(options as ConstructorParameters<typeof OTLPMetricExporter>[0]);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = instrument(reader, { 'host.name': 'web-1' });
    await provider.forceFlush();
    await provider.shutdown();
    expect(seen[0]).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-protobuf' } });
    expect(seen[0]?.headers['content-encoding']).toBe(compression === 'gzip' ? 'gzip' : undefined);
    const messages = world.queued.map((pointer) => ({
      messageId: pointer.requestId,
      body: JSON.stringify(pointer),
    }));
    expect(await deliver(world, messages.slice(0, 1))).toEqual([]);
    expect(world.points().map((point) => point.replace(/ \d+ (\S+)$/, ' $1'))).toEqual([
      'acme web-1 http.requests{route="/a \\"b\\" \\u{23}c"} 42',
      'acme web-1 queue.depth -3',
      'acme web-1 system.cpu.utilization{core="0"} 0.25',
      'acme web-1 system.cpu.utilization{core="1",state="user"} 0.5',
      `acme web-1 system.memory.usage ${2 ** 40}`,
    ]);
  });

  it('reads the number of rejected points from the answer', async () => {
    const { seen, url } = await serve(new IngestionWorld());
    const exporter = new OTLPMetricExporter({ url, headers: { 'x-api-key': KEY } });
    expect(await exportOnce(exporter, await collectFromSdk({ 'host.name': 'web-1' }))).toMatchObject({
      code: 0,
    });
    // ExportMetricsServiceResponse { partial_success { rejected_data_points: 1, error_message } }
    expect([...seen[0]!.body.subarray(0, 1), ...seen[0]!.body.subarray(2, 5)]).toEqual([0x0a, 0x08, 1, 0x12]);
    expect(seen[0]!.body.toString()).toContain('1 points of unsupported kinds');
    await exporter.shutdown();
  });

  it('reports a rejected key as an error', async () => {
    const { url } = await serve(new IngestionWorld());
    const exporter = new OTLPMetricExporter({ url, headers: { 'x-api-key': 'fsk_wrong' } });
    const result = await exportOnce(exporter, await collectFromSdk({ 'host.name': 'web-1' }));
    expect(result).toMatchObject({ code: 1, error: { code: 401 } });
    await exporter.shutdown();
  });
});
