import type { z } from 'zod';
import type { ContractFault } from './contractFault';
import type { sourceShape } from './contractShape';
import { fileNameTest, globsOf } from '../fileNames';

/** File name that `extractSource` uses. */
const EXTRACT = 'extract-00000.csv';

type Source = z.infer<typeof sourceShape>;

/** Faults of options that are valid alone but not together. `property` is the option that is reported. */
export function sourceFaults(source: Source): (Omit<ContractFault, 'path'> & { property: keyof Source })[] {
  const { globIgnoresCase, delimiter, quote, nullText, sqlSource, format, encoding, compression } = source;
  const faults: ReturnType<typeof sourceFaults> = [];
  if (nullText.includes(delimiter)) {
    faults.push({ property: 'nullText', message: 'nullText may not contain the delimiter.' });
  }
  if (delimiter === quote) {
    faults.push({
      property: 'delimiter',
      message: 'The delimiter and the quote are the same character.',
      found: delimiter,
    });
  }
  if (sqlSource !== undefined && (format !== 'csv' || encoding !== 'utf-8' || compression === 'gzip')) {
    faults.push({
      property: 'sqlSource',
      message: 'Rows extracted from a SQL source are written as uncompressed CSV in UTF-8.',
      found: `format ${format}, encoding ${encoding}, compression ${compression}`,
      expected: 'format csv, encoding utf-8, compression none or auto',
    });
  }
  if (sqlSource !== undefined && !globsOf(source).some((glob) => fileNameTest(glob, globIgnoresCase)(EXTRACT))) {
    faults.push({
      property: 'glob',
      message: 'The glob does not match the name of the file that is extracted from a SQL source.',
      expected: EXTRACT,
    });
  }
  return faults;
}
