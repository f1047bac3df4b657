import { quoteFound } from './csv-text.ts';

const MISSING = new Set(['', 'nan', '-nan', 'null', 'na', 'n/a', 'none', 'undefined']);
const DECIMAL_COMMA = /^[+-]?(\d+),(\d+)$/;
/** `1,234` may be a thousand and more, or one and a bit. */
const isAmbiguous = (whole: string, fraction: string): boolean =>
  fraction.length === 3 && whole.length <= 3 && whole !== '0';
const FORMATTED = /^[+-]?\d[\d.,]*\s?[^\d\s.,eE+-]+/;

/** A value that cannot be read: what was found, and what to do. */
export interface ValueFault {
  readonly found: string;
  readonly expected: string;
}

const fault = (text: string, expected: string): ValueFault => ({
  found: `value ${quoteFound(text)}`,
  expected,
});

/** Parses a number: NaN if it is missing, undefined if it is invalid or infinite. */
export const parseValue = (text: string): number | undefined => {
  if (MISSING.has(text.toLowerCase())) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** Reads the values of one input. Once a decimal comma is certain, all commas are decimal. */
export class CellValues {
  private decimalComma: boolean;
  private readonly note: (remark: string) => void;

  /** `sample` is the start of the text: it may show that commas are decimal. */
  constructor(note: (remark: string) => void, sample = '') {
    this.note = note;
    this.decimalComma = false;
    const cells = sample.split(/[;\t\n]/);
    if (cells.some((cell) => this.isCertain(cell))) this.settle();
  }

  /** NaN if it is missing. */
  read(text: string): number | ValueFault {
    const value = parseValue(text) ?? this.readComma(text);
    if (value !== undefined) return value;
    if (DECIMAL_COMMA.test(text))
      return fault(text, 'a point as decimal sign: this may be a decimal comma or separate thousands');
    return fault(
      text,
      FORMATTED.test(text)
        ? 'a plain number: export raw values, without units (Grafana: switch "Formatted data" off)'
        : 'a finite number, or nothing if it is missing',
    );
  }

  private readComma(text: string): number | undefined {
    if (!this.decimalComma && this.isCertain(text)) this.settle();
    return this.decimalComma && DECIMAL_COMMA.test(text) ? Number(text.replace(',', '.')) : undefined;
  }

  private isCertain(text: string): boolean {
    const match = DECIMAL_COMMA.exec(text.trim());
    return match !== null && !isAmbiguous(match[1]!, match[2]!);
  }

  private settle(): void {
    this.decimalComma = true;
    this.note('commas read as decimal signs');
  }
}
