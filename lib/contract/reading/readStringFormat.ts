import type { ContractFault } from './contractFault';
import { STRING_FORMATS } from './contractShape';
import { TEXT_FORMATS, type TextFormat } from '../textFormat';

/** The format of a string column; undefined when it has no format that can be checked. */
export function readStringFormat(
  written: string | undefined,
  path: PropertyKey[],
  faults: ContractFault[],
): TextFormat | undefined {
  if (written === undefined) return undefined;
  if (!(STRING_FORMATS as readonly string[]).includes(written)) {
    const expected = STRING_FORMATS.join(', ');
    faults.push({ path, message: 'The format of a string is unknown.', found: written, expected });
  }
  return TEXT_FORMATS.find((format) => format === written);
}
