import type { TextEncoding } from '../contract/contract';
import { byteOrderMark } from '../encoding/byteOrderMark';
import { decodeUtf16 } from '../encoding/decodeUtf16';
import { decodeWindows1252 } from '../encoding/decodeWindows1252';
import { EncodingFault } from '../encoding/encodingFault';
import { utf16Kind } from '../encoding/fileKind';
import { TextCheck, textProblem } from '../encoding/textCheck';
import { PipelineError, type PipelineErrorOptions } from '../problems/problem';
import { peek } from './peek';
import { sourceFault } from './sourceFault';

/** Bytes that are read to check the encoding. */
const HEAD_LENGTH = 1024;

/**
 * Decodes a file's (decompressed) bytes to UTF-8 without a byte order mark. Errors: SOURCE_ENCODING_CONTRADICTED when a
 * byte order mark or the first bytes contradict the contract's encoding; SOURCE_ENCODING_INVALID, or CSV_ENCODING_INVALID
 * for UTF-8, for bytes that are not valid in it; CSV_EMPTY_FILE when there are no bytes.
 */
export async function* decodeSource(
  blocks: AsyncIterable<Buffer>,
  encoding: TextEncoding,
  file: string,
): AsyncGenerator<Buffer> {
  const { head, all } = await peek(blocks, HEAD_LENGTH);
  if (head.length === 0) {
    throw sourceFault('CSV_EMPTY_FILE', 'The file is empty.', {
      found: '0 bytes',
      expected: 'records',
      where: { file, line: 1, byteOffset: 0 },
      remedy: 'Drop the whole file again, or remove it from the folder.',
    });
  }
  const mark = byteOrderMark(head);
  const contradiction = contradictionOf(head, encoding);
  if (contradiction !== undefined) {
    throw sourceFault('SOURCE_ENCODING_CONTRADICTED', 'The encoding of the file differs from the contract.', {
      found: contradiction,
      expected: encoding,
      where: { file, line: 1, byteOffset: 0 },
      remedy: 'Write the file in the encoding of the contract, or correct `encoding` in the contract.',
    });
  }
  try {
    switch (encoding) {
      case 'utf-8':
        yield* checkedUtf8(all, mark?.length ?? 0, file);
        return;
      case 'utf-16le':
      case 'utf-16be':
        yield* decodeUtf16(all, encoding, mark?.length ?? 0);
        return;
      case 'windows-1252':
        yield* decodeWindows1252(all);
        return;
    }
  } catch (error) {
    throw error instanceof EncodingFault ? invalid(error, file) : error;
  }
}

function contradictionOf(head: Buffer, encoding: TextEncoding): string | undefined {
  const mark = byteOrderMark(head);
  if (mark !== undefined) {
    return mark.encoding === encoding ? undefined : `the byte order mark of ${mark.encoding}`;
  }
  if (encoding === 'utf-8' || encoding === 'windows-1252') return utf16Kind(head);
  // A contract has at least two columns, so there is an ASCII delimiter: in UTF-16 one of its bytes is zero.
  if (head.length < 4 || head.includes(0)) return byteOrderKind(head, encoding);
  return 'text without a zero byte: a single-byte encoding, or UTF-8';
}

/** Describes UTF-16 without a byte order mark whose first letters have the other byte order. */
function byteOrderKind(head: Buffer, encoding: 'utf-16le' | 'utf-16be'): string | undefined {
  if (head.length < 8) return undefined;
  const zero = encoding === 'utf-16le' ? 0 : 1;
  const isOther = [0, 2, 4, 6].every((at) => head[at + zero] === 0 && head[at + 1 - zero] !== 0);
  return isOther ? `the bytes of ${encoding === 'utf-16le' ? 'utf-16be' : 'utf-16le'}` : undefined;
}

async function* checkedUtf8(blocks: AsyncIterable<Buffer>, skip: number, file: string): AsyncGenerator<Buffer> {
  const check = new TextCheck(skip);
  const throwFault = (): void => {
    if (check.fault === undefined) return;
    const { code, message, ...options } = textProblem(check.fault, file);
    throw new PipelineError(code, message, options);
  };
  let skipped = 0;
  for await (const block of blocks) {
    const content = block.subarray(Math.min(block.length, skip - skipped));
    skipped += block.length - content.length;
    check.push(content);
    throwFault();
    yield content;
  }
  check.finish();
  throwFault();
}

function invalid(fault: EncodingFault, file: string): PipelineError {
  const options: PipelineErrorOptions = {
    found: fault.found,
    expected: fault.encoding,
    where: { file, line: fault.line, byteOffset: fault.byteOffset },
    remedy: `Write the file in ${fault.encoding}, or correct \`encoding\` in the contract.`,
  };
  return sourceFault('SOURCE_ENCODING_INVALID', `The file is not written in ${fault.encoding}.`, options);
}
