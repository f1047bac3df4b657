import { InvalidInputError } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import type {
  CopiedItem,
  CopyJournal,
  CopyMode,
  CopySource,
  CopyState,
  CopyTarget,
  SegmentState,
} from './ports.ts';

export interface CopyRequest<Content> {
  readonly source: CopySource<Content>;
  readonly target: CopyTarget<Content>;
  readonly journal: CopyJournal;
  readonly mode: CopyMode;
  /** Epoch seconds: items that expired before are omitted. */
  readonly now: number;
  readonly onPage: (items: number) => void;
}

/** Read at the same time. */
const SEGMENTS = 4;

const newState = (mode: CopyMode): CopyState => ({
  mode,
  segments: Array.from({ length: SEGMENTS }, () => ({ after: undefined, isDone: false })),
  written: 0,
  kept: 0,
  expired: 0,
});

/** @throws InvalidInputError if the copy has to be asked for in another way */
const begin = async <Content>({ target, journal, mode }: CopyRequest<Content>): Promise<CopyState> => {
  const begun = await journal.load();
  const isEmpty = await target.isEmpty();
  // Items that an earlier copy stored were deleted since.
  if (begun === undefined || isEmpty) {
    if (mode !== 'empty' || isEmpty) return newState(mode);
    throw new InvalidInputError(
      'the table has items: use --only-missing to add those that it lacks, or --force to replace those with the same key',
    );
  }
  if (begun.mode === mode) return begun;
  throw new InvalidInputError(
    `an interrupted copy in mode ${begun.mode} is to be resumed: repeat it with the same options, or delete its journal`,
  );
};

/** Stores items and returns how many were written. */
const store = <Content>(
  { target, mode }: CopyRequest<Content>,
  items: readonly CopiedItem<Content>[],
): Promise<number> => (mode === 'only-missing' ? target.addMissing(items) : target.overwrite(items));

/** Follows the state of all segments, and saves it after each page. */
class Ledger {
  #state: CopyState;
  readonly #journal: CopyJournal;
  #saving: Promise<void> = Promise.resolve();

  constructor(state: CopyState, journal: CopyJournal) {
    this.#state = state;
    this.#journal = journal;
  }

  get state(): CopyState {
    return this.#state;
  }

  /** Saves run one after another, each with the newest state. */
  add(
    segment: number,
    at: SegmentState,
    counts: Pick<CopyState, 'written' | 'kept' | 'expired'>,
  ): Promise<void> {
    const { mode, segments, written, kept, expired } = this.#state;
    this.#state = {
      mode,
      segments: segments.map((one, index) => (index === segment ? at : one)),
      written: written + counts.written,
      kept: kept + counts.kept,
      expired: expired + counts.expired,
    };
    this.#saving = this.#saving.then(() => this.#journal.save(this.#state));
    return this.#saving;
  }
}

const copySegment = async <Content>(
  request: CopyRequest<Content>,
  ledger: Ledger,
  segment: number,
): Promise<void> => {
  let { after, isDone } = ledger.state.segments[segment] ?? { after: undefined, isDone: true };
  while (!isDone) {
    const { items, next } = await request.source.page(segment, ledger.state.segments.length, after);
    const live = items.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > request.now);
    const written = await store(request, live);
    after = next;
    isDone = next === undefined;
    const counts = { written, kept: live.length - written, expired: items.length - live.length };
    await ledger.add(segment, { after, isDone }, counts);
    request.onPage(items.length);
  }
};

/**
 * Copies all items that have not expired into a table. After an interruption, the same request resumes where the last
 * one ended; storing an item twice has no effect.
 * @throws InvalidInputError if the target has items and mode is `empty`
 */
export const copyTable = async <Content>(request: CopyRequest<Content>): Promise<CopyState> => {
  const ledger = new Ledger(await begin(request), request.journal);
  await inParallel(SEGMENTS, ledger.state.segments.keys(), (segment) =>
    copySegment(request, ledger, segment),
  );
  await request.journal.remove();
  return ledger.state;
};
