import fc from 'fast-check';
import { countLineFeeds } from '../../../lib/encoding/countLineFeeds';
import { LongRecordScan } from '../../../lib/csv/longRecord';
import { visitRecords } from '../../../lib/csv/visitRecords';

const dialect = { delimiter: 0x2c, quote: 0x22 };

/** The first record by `visitRecords`, which has the whole text; blank lines before it are not part of it. */
function firstRecord(text: Buffer): { length: number; lineEndLength: number; lineFeeds: number } | undefined {
  let first: { length: number; lineEndLength: number; lineFeeds: number } | undefined;
  visitRecords(text, dialect, true, ({ start, end, lineEndLength }) => {
    first ??= {
      length: end - start,
      lineEndLength,
      lineFeeds: countLineFeeds(text.subarray(start, end + lineEndLength)),
    };
  });
  return first;
}

function scanned(text: Buffer, blockLengths: number[]): ReturnType<typeof firstRecord> {
  const scan = new LongRecordScan(dialect);
  let at = 0;
  for (let index = 0; at < text.length; index += 1) {
    const block = text.subarray(at, at + (blockLengths[index % blockLengths.length] ?? 1));
    if (scan.push(block) !== undefined) return scan.result(true);
    at += block.length;
  }
  return scan.result(false);
}

test('the scan of a long record finds the same end as the reader of whole records, wherever the blocks begin', () => {
  const character = fc.constantFrom('"', '"', ',', '\n', '\r', 'a', 'é', '""', '\r\n', ',"', '",');
  const text = fc
    .array(character, { minLength: 1, maxLength: 40 })
    .map((characters) => characters.join(''))
    // A record does not begin with a line end.
    .filter((value) => !/^\r?\n/.test(value));
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }), (value, lengths) => {
      const bytes = Buffer.from(value);
      expect(scanned(bytes, lengths)).toEqual(firstRecord(bytes));
    }),
    { numRuns: 3000 },
  );
});

test('the offset of the record after it is the end of its line', () => {
  const scan = new LongRecordScan(dialect);
  expect(scan.push(Buffer.from('a,"b\n'))).toBeUndefined();
  expect(scan.push(Buffer.from('c"'))).toBeUndefined();
  expect(scan.push(Buffer.from('"d",e\r\nnext'))).toBe(7);
  expect(scan.result(true)).toEqual({ length: 12, lineEndLength: 2, lineFeeds: 2 });
});
