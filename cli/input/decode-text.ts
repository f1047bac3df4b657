import { InvalidInputError } from '../../core/shared/errors.ts';
import type { NamedInput } from './open-input.ts';

const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Text of an input in pieces, with LF as its only line end and without byte order mark. */
export interface DecodedText {
  readonly encoding: Encoding;
  readonly pieces: AsyncGenerator<string, void, void>;
}

/** Enough for a byte order mark and the first characters of UTF-16 without one. */
const SNIFFED_BYTES = 4;

/** By the byte order mark, else by the zero bytes that ASCII text has in UTF-16. */
const encodingOf = ([first, second, third, fourth]: Uint8Array): Encoding => {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le';
  return first === 0 && second !== 0 && third === 0 && fourth !== 0 ? 'utf-16be' : 'utf-8';
};

/** Reads chunks until the encoding can be seen. */
const readStart = async (chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> => {
  let start = new Uint8Array();
  while (start.length < SNIFFED_BYTES) {
    const { done, value } = await chunks.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  return start;
};

/** CRLF and CR become LF; a CR at the end waits, because its LF may follow. */
class LineEnds {
  private pending = '';

  normalise(text: string): string {
    const whole = this.pending + text;
    this.pending = whole.endsWith('\r') ? '\r' : '';
    const complete = this.pending === '' ? whole : whole.slice(0, -1);
    return complete.includes('\r') ? complete.replace(/\r\n?/g, '\n') : complete;
  }

  end(): string {
    return this.pending === '' ? '' : '\n';
  }
}

/** Decodes chunk by chunk, and the end without one. Replacing bytes would merge names that differ in them. */
const strictDecoder = (encoding: Encoding, name: string): ((chunk?: Uint8Array) => string) => {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (chunk) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      const hint = 'convert it first, for example with `iconv -f latin1 -t utf-8`';
      throw new InvalidInputError(
        `${name}: found bytes that are not ${encoding}, expected UTF-8 or UTF-16 (${hint})`,
        { cause },
      );
    }
  };
};

async function* decodePieces(
  encoding: Encoding,
  start: Uint8Array,
  chunks: AsyncIterator<Uint8Array>,
  name: string,
): AsyncGenerator<string, void, void> {
  const decode = strictDecoder(encoding, name);
  const lineEnds = new LineEnds();
  yield lineEnds.normalise(decode(start));
  for (;;) {
    const { done, value } = await unlessUnreadable(name, chunks.next());
    if (done) break;
    yield lineEnds.normalise(decode(value));
  }
  yield lineEnds.normalise(decode()) + lineEnds.end();
}

const unlessUnreadable = async <T>(name: string, reading: Promise<T>): Promise<T> => {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InvalidInputError(`${name}: cannot be read: ${error.message}`, { cause: error });
  }
};

const bytesOf = async function* (stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : toBytes(chunk);
};

const toBytes = (chunk: unknown): Uint8Array => {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('the stream has chunks that are not bytes');
};

/** Decodes UTF-8 and UTF-16, as the input arrives. @throws InvalidInputError if the input cannot be read */
export const decodeText = async ({ name, stream }: NamedInput): Promise<DecodedText> => {
  const chunks = bytesOf(stream);
  const start = await unlessUnreadable(name, readStart(chunks));
  const encoding = encodingOf(start);
  return { encoding, pieces: decodePieces(encoding, start, chunks, name) };
};

/** The whole text of an input. @throws InvalidInputError if it is unreadable or longer than the limit */
export const readWholeText = async (
  input: NamedInput,
  maxCharacters: number,
  expected: string,
): Promise<string> => {
  const { pieces } = await decodeText(input);
  return joinPieces(input.name, '', pieces, maxCharacters, expected);
};

/** Appends the remaining pieces to the text read so far. @throws InvalidInputError if it is longer than the limit */
export const joinPieces = async (
  name: string,
  start: string,
  pieces: AsyncIterable<string>,
  maxCharacters: number,
  expected: string,
): Promise<string> => {
  const all = [start];
  let length = start.length;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > maxCharacters) {
      const found = `more than ${maxCharacters / 1e6} million characters`;
      throw new InvalidInputError(`${name}: found ${found}, expected ${expected}`);
    }
    all.push(piece);
  }
  return all.join('');
};
