import { readFileSync } from 'node:fs';
import path from 'node:path';
import { METRICS } from '../../../lib/telemetry/instruments';

test('docs/telemetry.md has every metric with its unit and meaning', () => {
  const text = readFileSync(path.join(__dirname, '../../../docs/telemetry.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z_.]+)` +\| `(\S+)` +\| (.*?) +\|$/gm)];
  const expected = Object.entries(METRICS).map(([name, { unit, description }]) => [name, unit, description]);
  expect(rows.map(([, ...cells]) => cells)).toEqual(expected);
});
