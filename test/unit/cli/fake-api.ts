import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly key: string | undefined;
  readonly body: string;
}
export interface FakeAnswer {
  readonly status?: number;
  readonly body: unknown;
}
export type Route = (request: SeenRequest) => FakeAnswer;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
};

/** A loopback HTTP server that responds like the API, and records its requests. */
export class FakeApi {
  readonly seen: SeenRequest[] = [];
  private readonly server: Server;
  private readonly routes: Readonly<Record<string, Route>>;

  constructor(routes: Readonly<Record<string, Route>>) {
    this.routes = routes;
    this.server = createServer(async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const seen = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        key: request.headers.authorization?.replace('Bearer ', ''),
        body: await bodyOf(request),
      };
      this.seen.push(seen);
      const route = this.routes[`${seen.method} ${seen.path}`];
      const answer = route?.(seen) ?? { status: 404, body: { title: 'Not found' } };
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
