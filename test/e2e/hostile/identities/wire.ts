/** Sends requests as they are written: clients such as `fetch` encode paths and join or refuse headers. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { requireOutput } from '../../../../local/deploy.ts';
import type { SharedSession } from '../../shared-session.ts';
import type { Sent, SentBytes } from './row.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Address of the API as clients of AWS name it: the path begins at the API. */
const hostOf = ({ outputs }: SharedSession): string => new URL(requireOutput(outputs, 'ApiUrl')).host;

const sendRequest = (session: SharedSession, sent: Sent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = [], body = '' } = sent;
    const length: readonly string[] =
      body.length === 0 ? [] : ['content-length', String(Buffer.byteLength(body))];
    const own = ['host', hostOf(session), 'connection', 'close', ...length];
    const flat = [...own, ...headers.flat()];
    const outgoing = request({ host: '127.0.0.1', port: session.port, method, path, headers: flat });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(parts).toString(),
        }),
      );
    });
    outgoing.end(body);
  });

/** Sends bytes and reads until the server closes the connection. */
const sendBytes = (session: SharedSession, bytes: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const socket = connect(session.port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.setTimeout(5_000, () => socket.destroy(new Error('the server keeps the connection open')));
    socket.on('error', reject);
    socket.on('data', (part) => parts.push(part));
    socket.on('close', () => {
      const text = Buffer.concat(parts).toString();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), headers: {}, text });
    });
    socket.write(Buffer.from(bytes.replaceAll('{host}', hostOf(session)), 'latin1'));
  });

export const send = (session: SharedSession, sent: Sent | SentBytes): Promise<Answer> =>
  'bytes' in sent ? sendBytes(session, sent.bytes) : sendRequest(session, sent);
