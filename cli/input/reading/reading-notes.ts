/** Collects remarks on how an input was read, for one line that is shown before the results. */
export class ReadingNotes {
  private readonly name: string;
  private readonly report: ((line: string) => void) | undefined;
  private readonly remarks: string[] = [];
  private readonly details: string[] = [];
  private format = '';
  private isOwnFormat: boolean = true;
  private announced: boolean = false;

  constructor(name: string, report: ((line: string) => void) | undefined) {
    this.name = name;
    this.report = report;
  }

  setFormat(format: string, isOwnFormat: boolean): void {
    this.format = format;
    this.isOwnFormat = isOwnFormat;
  }

  /** Remarks after the announcement are shown at once. */
  add(remark: string): void {
    if (this.announced) this.report?.(`${this.name}: ${remark}`);
    else this.remarks.push(remark);
  }

  /** A remark that is shown only if there is another reason for the line. */
  addDetail(detail: string): void {
    this.details.push(detail);
  }

  announce(): void {
    if (this.announced || this.format === '') return;
    this.announced = true;
    if (this.isOwnFormat && this.remarks.length === 0) return;
    this.report?.(
      `${this.name}: ${['read as '.concat(this.format), ...this.remarks, ...this.details].join('; ')}`,
    );
  }
}
