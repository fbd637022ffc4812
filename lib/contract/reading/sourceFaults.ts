import type { z } from 'zod';
import type { ContractFault } from './contractFault';
import type { sourceShape } from './contractShape';
import { fileNameTest } from '../fileNames';

/** As `extractSource` names it. */
const EXTRACT = 'extract-00000.csv';

type Source = z.infer<typeof sourceShape>;

/** Options of which each is right and that do not go together. `property` is the one that is told to be wrong. */
export function sourceFaults(source: Source): (Omit<ContractFault, 'path'> & { property: keyof Source })[] {
  const { glob, delimiter, quote, nullText, sqlSource, format, encoding, compression } = source;
  const faults: ReturnType<typeof sourceFaults> = [];
  if (nullText.includes(delimiter)) {
    faults.push({ property: 'nullText', message: 'nullText may not contain the delimiter.' });
  }
  if (delimiter === quote) {
    faults.push({ property: 'delimiter', message: 'The delimiter is the quote.', found: delimiter });
  }
  if (sqlSource !== undefined && (format !== 'csv' || encoding !== 'utf-8' || compression === 'gzip')) {
    faults.push({
      property: 'sqlSource',
      message: 'What is extracted from a SQL source is plain CSV in UTF-8.',
      found: `format ${format}, encoding ${encoding}, compression ${compression}`,
      expected: 'format csv, encoding utf-8, compression none or auto',
    });
  }
  if (sqlSource !== undefined && !fileNameTest(glob)(EXTRACT)) {
    faults.push({
      property: 'glob',
      message: 'What is extracted from a SQL source has another name.',
      expected: EXTRACT,
    });
  }
  return faults;
}
