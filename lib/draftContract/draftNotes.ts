import { LONGEST_KEY } from './guessRoles';
import type { FileProfile } from './draftContract';
import type { Trial } from './tryDraft';

/** A column is mentioned as nearly a key when at most this share of its values is repeated. */
const FEW_REPETITIONS = 0.05;

/** What the draft leaves open, in sentences. `trial`: the result of the draft on its own file. */
export function draftNotes({ columns, key, records }: FileProfile, trial: Trial): string[] {
  const notes: string[] = [];
  const rejected = [...trial.codes].filter(([code]) => code !== 'ROW_DUPLICATE_DROPPED');
  const count = rejected.reduce((sum, [, number]) => sum + number, 0);
  if (count > 0) {
    const codes = rejected.map(([code, number]) => `${code} ${number}`).join(', ');
    notes.push(
      `${count} of ${records} records of this file would be rejected (${codes}), so the quality gate would be closed. ` +
        'Correct the file or the contract, or allow a share of rejected records with maxRejectShare.',
    );
  }
  if (key.columns.length !== 1) {
    const nearly = columns.filter(
      ({ filled, rows, distinct, maxLength }) =>
        filled === rows && distinct < rows && distinct >= rows * (1 - FEW_REPETITIONS) && maxLength <= LONGEST_KEY,
    );
    for (const { name, rows, distinct } of nearly) {
      notes.push(
        `${name} repeats ${rows - distinct} of ${rows} values. Is it the key, and are the repetitions faults?`,
      );
    }
  }
  if (key.columns.length === 0) {
    notes.push(
      'No key of one to three columns was found, so a document is identified by a hash of its whole record: a record that changes is a new document.',
    );
  } else if (key.columns.length > 1) {
    notes.push(`No column alone is a key. ${key.columns.join(' and ')} together are one in this file.`);
  }
  if (key.repeatedRecords > 0) {
    notes.push(
      `Records that are the same as an earlier record: ${key.repeatedRecords}. The property repeatedKeys decides what becomes of them.`,
    );
  }
  return notes;
}
