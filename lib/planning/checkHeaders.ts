import type { DataContract } from '../contract/contract';
import { dialectOf } from '../csv/dialect';
import { startsWithByteOrderMark, UTF8_BYTE_ORDER_MARK_LENGTH } from '../encoding/fileKind';
import { HEADER_WINDOW_IN_BYTES, readHeader, type CsvHeader } from '../csv/header';
import { ScanState, summariseFrom } from '../csv/rangeSummary';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { FileFaults } from './fileFaults';
import { mapInOrder } from '../concurrency/mapInOrder';
import { openFile, type ReadableFile } from './readableFile';

export type CheckedFile = ReadableFile & { header: CsvHeader };

/** Bytes in which nearly every header ends. One that does not is read again, with the longest window that a header has. */
const FIRST_WINDOW_IN_BYTES = 64 * 1024;
const PARALLEL_READS = 16;

/** Holds the header of each file against the contract. Throws all faults of all files together. */
export async function checkHeaders(
  lakehouse: Lakehouse,
  contract: DataContract,
  files: readonly ReadableFile[],
): Promise<CheckedFile[]> {
  const judged: CheckedFile[] = [];
  const faults = new FileFaults();
  const read = async (file: ReadableFile) => readHeader(await readHead(lakehouse, contract, file), file.path, contract);
  for await (const { item, result } of mapInOrder(files, PARALLEL_READS, read)) {
    if (result.header === undefined) faults.add(...result.faults);
    else judged.push({ ...item, header: result.header });
  }
  faults.throwAny();
  return judged;
}

async function readHead(lakehouse: Lakehouse, contract: DataContract, file: ReadableFile): Promise<Buffer> {
  const opened = openFile(lakehouse, file);
  const head = await opened.read(0, Math.min(file.size, FIRST_WINDOW_IN_BYTES));
  if (file.size <= FIRST_WINDOW_IN_BYTES || endsRecord(head, contract)) return head;
  return opened.read(0, Math.min(file.size, HEADER_WINDOW_IN_BYTES));
}

function endsRecord(head: Buffer, contract: DataContract): boolean {
  const text = head.subarray(startsWithByteOrderMark(head) ? UTF8_BYTE_ORDER_MARK_LENGTH : 0);
  return summariseFrom(text, ScanState.OUTSIDE, Buffer.alloc(0), dialectOf(contract.source)).records > 0;
}
