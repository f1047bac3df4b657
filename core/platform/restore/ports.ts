/** A stored item; `content` is as the store returns it, unchanged. */
export interface CopiedItem<Content> {
  readonly content: Content;
  /** Epoch seconds; undefined: never. */
  readonly expiresAt: number | undefined;
}

/** The key of the last item read in a segment. */
export interface Position {
  readonly pk: string;
  readonly sk: string;
}

export interface Page<Content> {
  readonly items: readonly CopiedItem<Content>[];
  /** Undefined: the segment ends. */
  readonly next: Position | undefined;
}

/** The table to copy from, in segments that together have each item once. */
export interface CopySource<Content> {
  page(segment: number, segments: number, after: Position | undefined): Promise<Page<Content>>;
}

export interface CopyTarget<Content> {
  isEmpty(): Promise<boolean>;
  /** Stores the items in place of those with the same key, and returns their number without those that must stay as they are. */
  overwrite(items: readonly CopiedItem<Content>[]): Promise<number>;
  /** Stores the items whose key the table does not have, and returns their number. */
  addMissing(items: readonly CopiedItem<Content>[]): Promise<number>;
}

/** `empty`: the target must have no items. */
export type CopyMode = 'empty' | 'overwrite' | 'only-missing';

export interface SegmentState {
  readonly after: Position | undefined;
  readonly isDone: boolean;
}

/** Progress of a copy. Positions are those up to which everything is stored. */
export interface CopyState {
  readonly mode: CopyMode;
  readonly segments: readonly SegmentState[];
  readonly written: number;
  /** Items of the target that stayed as they were. */
  readonly kept: number;
  /** Items that were omitted because their time to live is over. */
  readonly expired: number;
}

/** Keeps the state of a copy, so that it resumes after an interruption. */
export interface CopyJournal {
  load(): Promise<CopyState | undefined>;
  save(state: CopyState): Promise<void>;
  remove(): Promise<void>;
}
