import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { cleanLine, cleanLines } from './clean-text.ts';

const BUFFERED_CHARACTERS = 64 * 1024;

/** Writes many short lines in few large pieces, with backpressure. */
export class LineWriter {
  private readonly stream: Writable;
  private parts: string[] = [];
  private held = 0;

  constructor(stream: Writable) {
    this.stream = stream;
  }

  /** Adds a line, cleaned. Returns true if the buffer is full, so that the caller must await `flush`. */
  line(text: string): boolean {
    this.parts.push(cleanLine(text), '\n');
    this.held += text.length + 1;
    return this.held >= BUFFERED_CHARACTERS;
  }

  async lines(texts: Iterable<string>): Promise<void> {
    for (const text of texts) if (this.line(text)) await this.flush();
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.held === 0) return;
    const text = this.parts.join('');
    this.parts = [];
    this.held = 0;
    if (!this.stream.write(text)) await once(this.stream, 'drain');
  }
}

/** Prints one line, cleaned. */
export const printLine = (stream: Writable, text: string): void => {
  stream.write(`${cleanLine(text)}\n`);
};

/** Prints text whose line breaks are our own, otherwise cleaned. */
export const printLines = (stream: Writable, text: string): void => {
  stream.write(`${cleanLines(text)}\n`);
};
