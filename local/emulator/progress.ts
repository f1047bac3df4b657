/** One step of the set-up; `fraction` (0 to 1) is the completed share, if known. */
export interface Progress {
  readonly message: string;
  readonly fraction?: number;
}

export type OnProgress = (progress: Progress) => void;
