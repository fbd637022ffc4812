import type { DataContract } from '../contract/contract';
import { dialectOf } from '../csv/dialect';
import { startsWithByteOrderMark, UTF8_BYTE_ORDER_MARK_LENGTH } from '../encoding/fileKind';
import { HEADER_WINDOW_IN_BYTES, readHeader, type CsvHeader } from '../csv/header';
import { ScanState, scanFromState } from '../csv/blockScan';
import type { Lakehouse } from '../lakehouse/lakehouse';
import { FileFaults } from './fileFaults';
import { mapInOrder } from '../concurrency/mapInOrder';
import { openFile, type ReadableFile } from './readableFile';

export type CheckedFile = ReadableFile & { header: CsvHeader };

/** Bytes in which nearly every header ends. A longer header is read again, up to the longest allowed header. */
const FIRST_WINDOW_IN_BYTES = 64 * 1024;
const PARALLEL_READS = 16;

/** Checks the header of each file against the contract. Throws all faults of all files together. */
export async function checkHeaders(
  lakehouse: Lakehouse,
  contract: DataContract,
  files: readonly ReadableFile[],
): Promise<CheckedFile[]> {
  const checked: CheckedFile[] = [];
  const faults = new FileFaults();
  const read = async (file: ReadableFile) => readHeader(await readHead(lakehouse, contract, file), file.path, contract);
  for await (const { item, result } of mapInOrder(files, PARALLEL_READS, read)) {
    if (result.header === undefined) faults.add(...result.faults);
    else checked.push({ ...item, header: result.header });
  }
  faults.throwAny();
  return checked;
}

async function readHead(lakehouse: Lakehouse, contract: DataContract, file: ReadableFile): Promise<Buffer> {
  const opened = openFile(lakehouse, file);
  const head = await opened.read(0, Math.min(file.size, FIRST_WINDOW_IN_BYTES));
  if (file.size <= FIRST_WINDOW_IN_BYTES || endsRecord(head, contract)) return head;
  return opened.read(0, Math.min(file.size, HEADER_WINDOW_IN_BYTES));
}

function endsRecord(head: Buffer, contract: DataContract): boolean {
  const text = head.subarray(startsWithByteOrderMark(head) ? UTF8_BYTE_ORDER_MARK_LENGTH : 0);
  return scanFromState(text, ScanState.OUTSIDE, Buffer.alloc(0), dialectOf(contract.source)).records > 0;
}
