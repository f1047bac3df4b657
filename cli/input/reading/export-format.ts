/** The parts of an export format: how it is recognised, and how its rows or its document become points. */
import type { MetricKind } from '../../../core/metrics/series/metric-series.ts';
import type { Profile } from '../../../core/metrics/targets/target.ts';

/** A series as an export names it. Names that the export does not give are undefined. */
export interface ExportSeries {
  /** As the offline commands show it. */
  readonly name: string;
  readonly target?: string | undefined;
  readonly metric?: string | undefined;
  /** A name that may be a target's or a metric's, such as the name of a column. */
  readonly label?: string | undefined;
  readonly unit?: string | undefined;
  readonly kind?: MetricKind | undefined;
  readonly profile?: Profile | undefined;
  readonly tenant?: string | undefined;
}

/** The series of a file without any names. */
export const UNNAMED: ExportSeries = { name: 'value' };

/** One point of an export. */
export interface ExportPoint {
  readonly series: ExportSeries;
  /** Epoch seconds, with fractions. */
  readonly timestamp: number;
  /** NaN if it is missing. */
  readonly value: number;
  /** Timestamp and value as written, for commands that repeat them. */
  readonly timestampText: string;
  readonly valueText: string;
  /** Line of a table; number of the point in a document. */
  readonly line: number;
  /** Field of the column that the caller asked for, if the row has it. */
  readonly extra?: string | undefined;
}

/** Input of a reader besides the rows. */
export interface ReadContext {
  /** Name of the input, for messages. */
  readonly name: string;
  /** Path of the input; undefined for stdin. */
  readonly path?: string | undefined;
  /** Lower-case name of a column to read beside the value. */
  readonly extraColumn?: string | undefined;
  /** Reads a timestamp and a value. @throws InvalidInputError naming line, field and what to do */
  readonly point: (series: ExportSeries, cells: PointCells) => ExportPoint;
  /** Adds a remark on how the input was read. */
  readonly note: (remark: string) => void;
  /** @throws InvalidInputError naming the line */
  readonly refuse: (line: number, found: string, expected: string) => never;
}

export interface PointCells {
  readonly timestamp: string;
  readonly value: string;
  readonly line: number;
  readonly extra?: string | undefined;
}

/** Takes the rows in order, the first one included, and returns the points of each. */
export type RowReader = (fields: readonly string[], line: number) => readonly ExportPoint[];

/** A table of separated values, which is read as it arrives. */
export interface TableFormat {
  readonly name: string;
  readonly recognises: (firstRow: readonly string[]) => boolean;
  readonly open: (context: ReadContext) => RowReader;
}

/** A JSON document. */
export interface DocumentFormat {
  readonly name: string;
  readonly recognises: (document: object) => boolean;
  readonly read: (document: object, context: ReadContext) => readonly ExportPoint[];
}
