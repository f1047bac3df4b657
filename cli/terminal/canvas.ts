import { type Colour, paint } from './colour.ts';

/** Layers of a chart; later ones cover earlier ones. */
export const LAYERS = ['band', 'threshold', 'history', 'median'] as const;
export type Layer = (typeof LAYERS)[number];

const ASCII: Readonly<Record<Layer, string>> = { band: ':', threshold: '-', history: '*', median: 'o' };
const COLOURS: Readonly<Record<Layer, Colour>> = {
  band: 'gray',
  threshold: 'red',
  history: 'cyan',
  median: 'yellow',
};
const BRAILLE_START = 0x2800;
/** Bit of each dot of a braille cell, by row then column (Unicode 2800-28FF). */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** A drawing surface: two by four dots per character in braille, one by one in ASCII. */
export class Canvas {
  /** Size in dots. */
  readonly width: number;
  readonly height: number;
  private readonly braille: boolean;
  private readonly columns: number;
  private readonly rows: number;
  /** Dots of the band and of the lines. If a character has both, only the lines show. */
  private readonly band: Uint8Array;
  private readonly lines: Uint8Array;
  private readonly layers: Int8Array;

  constructor(columns: number, rows: number, braille: boolean) {
    [this.columns, this.rows, this.braille] = [columns, rows, braille];
    this.width = braille ? columns * 2 : columns;
    this.height = braille ? rows * 4 : rows;
    this.band = new Uint8Array(columns * rows);
    this.lines = new Uint8Array(columns * rows);
    this.layers = new Int8Array(columns * rows).fill(-1);
  }

  /** Sets a dot; row 0 is at the top. Ignores dots outside the surface. */
  set(x: number, y: number, layer: Layer): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const cell = this.braille ? (y >> 2) * this.columns + (x >> 1) : y * this.columns + x;
    const dots = layer === 'band' ? this.band : this.lines;
    dots[cell] = dots[cell]! | DOTS[(y & 3) as 0][(x & 1) as 0];
    this.layers[cell] = Math.max(this.layers[cell]!, LAYERS.indexOf(layer));
  }

  /** Lines of text from top to bottom, optionally in colour. */
  render(colour: boolean): string[] {
    return Array.from({ length: this.rows }, (_, row) => {
      const runs: { readonly layer: Layer | undefined; text: string }[] = [];
      for (let cell = row * this.columns; cell < (row + 1) * this.columns; cell++) {
        const layer = LAYERS[this.layers[cell]!];
        const run = runs.at(-1);
        if (run !== undefined && run.layer === layer) run.text += this.character(cell, layer);
        else runs.push({ layer, text: this.character(cell, layer) });
      }
      return runs.map(({ layer, text }) => (layer ? paint(colour, COLOURS[layer], text) : text)).join('');
    });
  }

  private character(cell: number, layer: Layer | undefined): string {
    if (layer === undefined) return ' ';
    return this.braille
      ? String.fromCharCode(BRAILLE_START + (this.lines[cell]! || this.band[cell]!))
      : ASCII[layer];
  }
}
