import type { Writable } from 'node:stream';

export interface StageTime {
  readonly name: string;
  readonly seconds: number;
}

/** Runs the stages of `npm start` one after another, prints progress, and records how long each took. */
export class StageTimes {
  readonly times: StageTime[] = [];
  private readonly out: Writable;
  private readonly now: () => number;

  /** `now` in milliseconds. */
  constructor(out: Writable, now: () => number = () => performance.now()) {
    this.out = out;
    this.now = now;
  }

  /** If a stage fails, the error names it and has the original error as its cause. */
  async run<Result>(name: string, work: (say: (detail: string) => void) => Promise<Result>): Promise<Result> {
    const started = this.now();
    this.out.write(`▸ ${name}\n`);
    try {
      const result = await work((detail) => this.out.write(`    ${detail}\n`));
      const seconds = (this.now() - started) / 1000;
      this.times.push({ name, seconds });
      this.out.write(`  done in ${seconds.toFixed(1)} s\n`);
      return result;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${name}: ${reason}`, { cause });
    }
  }

  get totalSeconds(): number {
    return this.times.reduce((sum, { seconds }) => sum + seconds, 0);
  }
}
