/** One step of a set-up that takes seconds; `fraction` (0 to 1) where the share done is known. */
export interface Progress {
  readonly message: string;
  readonly fraction?: number;
}

export type OnProgress = (progress: Progress) => void;
