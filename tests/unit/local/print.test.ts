import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { print, visible } from '../../../local/terminal/print';
import { emptyReport, reportAnswer } from '../../../local/terminal/report';
import { ATTEMPTS } from '../../fixtures/injections/attempts';

const COMMANDS = path.join(__dirname, '../../../local/commands');

const ACTS =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]|[\u{E0000}-\u{E007F}]/u;

test.each([
  ['\u001B[2J and \u009B31m', '\\u001b[2J and \\u009b31m'],
  ['\u202Eturned\u2066 \u061C\u200F', '\\u202eturned\\u2066 \\u061c\\u200f'],
  ['written\rover\u0008 \u0000\u007F', 'written\\u000dover\\u0008 \\u0000\\u007f'],
  ['line\u2028line\u0085line', 'line\\u2028line\\u0085line'],
  ['\u{E0041}', '\\udb40\\udc41'],
  ['two\nlines\tand Zoë, שלום, می‌خواهم, 👩‍🌾', 'two\nlines\tand Zoë, שלום, می‌خواهم, 👩‍🌾'],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('JSON that is printed equals its value', () => {
  const value = { title: '\u202E\u001B[2J\u{E0041}\u0085', list: ['\n\t'] };
  let written = '';
  print(JSON.stringify(value), { write: (text: string) => ((written += text), true) } as NodeJS.WritableStream);
  expect(written).not.toMatch(ACTS);
  expect(JSON.parse(written)).toEqual(value);
});

test.each(Object.values(ATTEMPTS).flat())('a report shows %j on the line of its source, without a marker', (text) => {
  const report = emptyReport({ dataset: 'letters', date: '2020-01-01', question: 'Why?' });
  const answer = `Ada: “${text}” [1]`;
  reportAnswer(
    report,
    {
      question: 'Why?',
      answer,
      citations: [{ docId: text, dataset: 'letters', title: text, author: text, date: null, quote: text }],
      marks: [{ start: answer.length - 3, end: answer.length, citation: 1 }],
      sentences: [],
      model: 'extractive',
    },
    1,
  );
  const lines = visible(report.text()).split('\n');
  expect(lines.join('')).not.toMatch(ACTS);
  const [shown = '', empty, source] = lines.slice(lines.indexOf('Question Why?') + 2);
  expect(shown.match(/\[[\d\s,;]+\]/g)).toEqual(['[1]']);
  expect([empty, source?.slice(0, 5)]).toEqual(['', '  [1]']);
});

test('commands write by this module alone', () => {
  for (const name of readdirSync(COMMANDS)) {
    const source = readFileSync(path.join(COMMANDS, name), 'utf8').replace('process.stdout.write(draft.yaml)', '');
    expect([name, source.match(/std(?:out|err)\.write|console\.|screen\.write/g)]).toEqual([name, null]);
  }
});
