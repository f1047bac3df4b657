import { quoteFound } from './csv-text.ts';
import {
  type EpochUnit,
  epochUnitOf,
  isEpochText,
  lacksZone,
  parseTimestamp,
  TIMESTAMP_FORMS,
} from './timestamp.ts';

/** A timestamp that cannot be read: what was found, and what to do. */
export interface TimeFault {
  readonly found: string;
  readonly expected: string;
}

const DAY_OR_MONTH_FIRST = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}/;
const NAMED_ZONE = /\d\s?[A-Z]{3,5}$/;

/** Reads the timestamps of one input. Epoch numbers have the same unit throughout. */
export class ExportClock {
  private unit: EpochUnit | undefined;
  private readonly note: (remark: string) => void;
  private readonly noteDetail: (remark: string) => void;
  private zoneNoted: boolean = false;

  constructor(note: (remark: string) => void, noteDetail: (remark: string) => void) {
    this.note = note;
    this.noteDetail = noteDetail;
  }

  /** Epoch seconds. */
  read(text: string): number | TimeFault {
    return isEpochText(text) ? this.readEpoch(text) : this.readCalendarTime(text);
  }

  private readEpoch(text: string): number | TimeFault {
    const unit = epochUnitOf(Number(text));
    if (unit === undefined) return fault(text, TIMESTAMP_FORMS);
    if (this.unit !== undefined && unit !== this.unit)
      return fault(text, `epoch ${this.unit.unit}, as above; this number looks like ${unit.unit}`);
    if (this.unit === undefined && unit.perSecond > 1) this.note(`times in epoch ${unit.unit}`);
    this.unit = unit;
    return Number(text) / unit.perSecond;
  }

  private readCalendarTime(text: string): number | TimeFault {
    const timestamp = parseTimestamp(text);
    if (timestamp === undefined) return fault(text, adviceOn(text));
    if (!this.zoneNoted && lacksZone(text)) {
      this.zoneNoted = true;
      this.noteDetail('times without a zone read as UTC');
    }
    return timestamp;
  }
}

const fault = (text: string, expected: string): TimeFault => ({
  found: `timestamp ${quoteFound(text)}`,
  expected,
});

const adviceOn = (text: string): string => {
  if (DAY_OR_MONTH_FIRST.test(text))
    return `a date with the year first, such as 2026-11-24: day and month cannot be told apart otherwise`;
  if (NAMED_ZONE.test(text)) return 'UTC or an offset such as +01:00 instead of the name of a time zone';
  return TIMESTAMP_FORMS;
};
