import { TaskFailedError } from 'durable-functions';
import fc from 'fast-check';
import { decodeProblem, encodeProblem } from '../../../lib/problems/codec';
import type { Problem } from '../../../lib/problems/problem';

const FULL: Problem = {
  code: 'SQL_SOURCE_UNAVAILABLE',
  message: 'The SQL source is unavailable: ECONNREFUSED at "db"\n{"code":"NOT_THIS_CODE"} \\ end',
  found: "'nothing' <é𝄞>",
  expected: 'a PostgreSQL server',
  where: { file: 'orders.yaml', line: 7, column: 'id', byteOffset: 12, setting: 'SQL_SOURCE_ORDERS', field: 'date' },
  remedy: 'Check that the server is up.',
  faults: [{ code: 'CSV_EMPTY_FILE', message: 'The file is empty.', where: { file: 'a.csv' } }],
  retryable: true,
};

/** How engines change the text of an error, one layer each. */
const LAYERS: Record<string, (text: string) => string> = {
  'an activity of the local host': (text) =>
    `Activity function 'x' failed: ${text} \n ${JSON.stringify({
      $type: 'System.Exception, System.Private.CoreLib',
      Message: text,
      StackTraceString: `Error: ${text}\n    at handler (/app/x.js:1:1)`,
    })}`,
  'an activity on Azure': (text) =>
    `Activity function 'x' failed: Result: Failure\nException: ${text}\nStack: Error: ${text}\n    at x (x.js:1:1) \n ` +
    JSON.stringify({
      $type: 'Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, Microsoft.Azure.WebJobs.Script.Grpc',
      Message: `Result: Failure\nException: ${text}\nStack: Error: ${text}`,
      InnerException: { Message: text },
    }),
  'an orchestrator': (text) => `Orchestrator function 'y' failed: ${text}`,
  'the data that an orchestrator returns out of process': (text) =>
    `${text}\n\n$OutOfProcData$:${JSON.stringify({ isDone: false, actions: [[]], error: text, schemaVersion: 2 })}`,
  'a typed failure of the SDK': (text) =>
    new TaskFailedError({ errorType: 'Error', errorMessage: text, isNonRetriable: false, isCausedBy: () => false })
      .message,
  'JSON inside JSON': (text) => JSON.stringify(JSON.stringify({ output: text })),
  'only the stack': (text) => new Error(text).stack ?? '',
  'JSON with its non-ASCII characters escaped': (text) =>
    JSON.stringify(text).replace(
      /[^\x20-\x7e]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
};
const layer = fc.constantFrom(...Object.values(LAYERS));

it.each(Object.entries(LAYERS))('keeps every field through %s', (_name, wrap) => {
  expect(decodeProblem(wrap(encodeProblem(FULL)))).toEqual(FULL);
});

const frame = encodeProblem({ code: 'RUN_FAILED', message: 'another problem' });
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        'SOME_CODE',
        '{"a":"b"}',
        '}',
        '"',
        '\\',
        '\n',
        '[problem:',
        '[problem:AA.00000000]',
        '$OutOfProcData$:',
      ),
      fc.constant(frame.slice(frame.indexOf('[problem:'))),
    ),
    // Longer texts would be shortened.
    { maxLength: 3 },
  )
  .map((parts) => parts.join(''));
const problem: fc.Arbitrary<Problem> = fc.record(
  {
    code: fc.constantFrom('INTERNAL' as const, 'CSV_NOT_CSV' as const),
    message: text,
    found: text,
    where: fc.record({ file: text, line: fc.nat() }, { requiredKeys: [] }),
    retryable: fc.boolean(),
  },
  { requiredKeys: ['code', 'message'] },
);

it('keeps any problem through any layers of engines, whatever its texts contain', () => {
  fc.assert(
    fc.property(problem, fc.array(layer, { maxLength: 4 }), text, text, (given, layers, before, after) => {
      // Texts around it that hold no frame of their own, as those of an engine.
      const around = (words: string): string => words.replaceAll('[problem:', '');
      const wrapped = layers.reduce((inner, wrap) => wrap(inner), encodeProblem(given));
      expect(decodeProblem(`${around(before)}${wrapped}${around(after)}`)).toEqual(given);
    }),
  );
});

it('stays under 4 KB for any problem, and keeps its code, the beginning of its message and its first fault', () => {
  const units = fc.constantFrom('a', 'é', '𝄞', '\0', '"', '\\', ' ', '[problem:');
  const long = fc.tuple(units, fc.nat(4000)).map(([unit, times]) => unit.repeat(times));
  const large = fc.record({
    message: long,
    found: long,
    expected: long,
    remedy: long,
    where: fc.record({ file: long, field: long }),
    fault: long,
    faults: fc.integer({ min: 1, max: 30 }),
  });
  fc.assert(
    fc.property(large, ({ fault, faults, ...texts }) => {
      const given: Problem = {
        code: 'CSV_FILES_INVALID',
        ...texts,
        faults: Array.from({ length: faults }, () => ({ code: 'CSV_NOT_CSV', message: fault })),
      };
      const encoded = encodeProblem(given);
      expect(Buffer.byteLength(encoded)).toBeLessThan(4096);
      const { code, message = '', faults: kept } = decodeProblem(encoded) ?? {};
      expect(code).toBe(given.code);
      const beginning = message.replace(/ \.\.\.$/, '');
      expect(given.message.startsWith(beginning)).toBe(true);
      expect(beginning.length).toBeGreaterThan(Math.min(given.message.length, 20) - 1);
      expect(kept?.[0]?.code).toBe('CSV_NOT_CSV');
    }),
  );
});

it('begins with a sentence for people', () => {
  expect(encodeProblem({ code: 'CSV_EMPTY_FILE', message: 'The file is empty.', where: { file: 'a.csv' } })).toMatch(
    /^CSV_EMPTY_FILE \(a\.csv\): The file is empty\. \[problem:/,
  );
});

it('finds nothing if the frame is missing, truncated, changed, or has other content', () => {
  const encoded = encodeProblem(FULL);
  expect(decodeProblem('CSV_EMPTY_FILE: The file is empty.')).toBeUndefined();
  expect(decodeProblem(encoded.slice(0, -3))).toBeUndefined();
  expect(decodeProblem(encoded.replace(/(\[problem:.{20})./, '$1_'))).toBeUndefined();
  expect(decodeProblem('[problem:AA.00000000]')).toBeUndefined();
});

it('skips a truncated copy and reads the complete one', () => {
  const encoded = encodeProblem(FULL);
  expect(decodeProblem(`${encoded.slice(0, -20)} ... ${encoded}`)).toEqual(FULL);
});
