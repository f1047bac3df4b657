import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STEP = 300;
const POINTS = 3 * 288;

const wave = (index: number): number => 40 + 20 * Math.sin((2 * Math.PI * index) / 288) + (index % 7);

/** The files of the README: three days of one series, and an hour and more of a target's. */
export const writeReadmeFiles = (folder: string): void => {
  const now = Math.floor(Date.now() / (STEP * 1000)) * STEP;
  const rows = Array.from({ length: POINTS }, (_, i) => `${now - (POINTS - i) * STEP},${wave(i).toFixed(2)}`);
  writeFileSync(join(folder, 'cpu.csv'), `timestamp,value\n${rows.join('\n')}\n`);
  const fleet = rows.slice(-50).map((row) => row.replace(',', ',readme-host,cpu_percent,'));
  writeFileSync(join(folder, 'fleet.csv'), `timestamp,target,metric,value\n${fleet.join('\n')}\n`);
};
