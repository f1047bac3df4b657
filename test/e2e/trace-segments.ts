/** What functions send to the daemon of X-Ray: one document of a segment in each datagram, after a header line. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

/** Segments of the running session, one JSON document a line. */
export const RECORDED_SEGMENTS = '.local/e2e/segments.jsonl';

const HEADER = '{"format":"json","version":1}';

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
export const Segment = z.object({
  id: z.string().regex(/^[\da-f]{16}$/),
  trace_id: z.string().regex(/^1-[\da-f]{8}-[\da-f]{24}$/),
  parent_id: z.string().optional(),
  name: z.string().min(1),
  type: z.literal('subsegment').optional(),
  start_time: z.number(),
  end_time: z.number(),
  fault: z.boolean().optional(),
  annotations: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).default({}),
});
export type Segment = z.infer<typeof Segment>;

/** Listens as the daemon does and writes each document to a file. */
export const recordSegments = async (file: string) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  const socket = createSocket('udp4');
  socket.on('message', (message) => {
    const [header, document] = message.toString('utf8').split('\n');
    if (header === HEADER) appendFileSync(file, `${document}\n`);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.unref();
  return { address: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() };
};

/** The segments of one trace so far. */
export const segmentsOf = (root: string): Segment[] =>
  readFileSync(RECORDED_SEGMENTS, 'utf8')
    .split('\n')
    .filter((line) => line.includes(root))
    .map((line) => Segment.parse(JSON.parse(line)));

/** Names of the functions on the way from the first segment to this one. */
export const wayTo = (segments: readonly Segment[], last: Segment): string[] => {
  const parent = segments.find(({ id }) => id === last.parent_id);
  return [...(parent === undefined ? [] : wayTo(segments, parent)), functionOf(last)];
};

/** A segment of an invocation has the name of the handler, and that of the function as an annotation. */
export const functionOf = ({ name, annotations }: Segment): string => String(annotations.Service ?? name);
