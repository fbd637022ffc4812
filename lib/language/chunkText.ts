import { RecursiveCharacterTextSplitter } from '@langchain/textsplitters';
import { splitSentences } from './splitSentences';

/** Changes whenever the same text would be split differently. Part of each point id. */
export const CHUNKER_VERSION = 'characters-1000-150-v2';

const CHUNK_SIZE = 1000;
const CHUNK_OVERLAP = 150;
/** Noncharacters, which texts should not contain; a mark that occurs in the text is not used. */
const SENTENCE_MARKS = ['\uFDD0', '\uFDD1'];
/** A chunk of a text: `text.slice(start, start + chunk.text.length) === chunk.text`. */
export interface Chunk {
  text: string;
  /** In UTF-16 code units, as in `String.prototype.slice`. */
  start: number;
}

/**
 * Splits a text into chunks of at most 1,000 characters (one more to keep a surrogate pair together) that overlap by up to
 * 150. Splits between sentences; only a longer sentence is split between lines or words. Splitting at paragraphs first, the
 * usual order, would give a fifth more chunks, many of them short. A text of white space alone gives one empty chunk, so
 * that every document has one.
 */
export async function chunkText(text: string): Promise<Chunk[]> {
  const mark = SENTENCE_MARKS.find((candidate) => !text.includes(candidate));
  const splitter = new RecursiveCharacterTextSplitter({
    chunkSize: CHUNK_SIZE,
    chunkOverlap: CHUNK_OVERLAP,
    separators: [...(mark === undefined ? [] : [mark]), '\n', ' ', ''],
  });
  const chunks: Chunk[] = [];
  let covered = 0;
  for (const marked of await splitter.splitText(mark === undefined ? text : markSentences(text, mark))) {
    const chunk = mark === undefined ? marked : marked.replaceAll(mark, '').trim();
    if (chunk === '') continue;
    const start = findChunk(text, chunk, covered);
    covered = start + chunk.length;
    chunks.push(wholeCharacters(text, start, covered));
  }
  return chunks.length > 0 ? chunks : [{ text: '', start: 0 }];
}

/**
 * Finds the position of a chunk in the text. The splitter drops only white space, so a chunk starts at or before the first
 * character that is not yet covered. Of several occurrences (a text may repeat itself), the last one before that point
 * leaves no gap.
 */
function findChunk(text: string, chunk: string, covered: number): number {
  const rest = text.slice(covered).search(/\S/);
  const start = text.lastIndexOf(chunk, covered + Math.max(0, rest));
  if (start < 0) throw new Error('the text splitter returned a chunk that is not in the text');
  return start;
}

/** Puts a mark before each sentence but the first: the splitter only knows separators that are text. */
function markSentences(text: string, mark: string): string {
  const starts = splitSentences(text).map(({ start }) => start);
  return starts.map((start, index) => text.slice(index === 0 ? 0 : start, starts[index + 1])).join(mark);
}

/** The splitter counts UTF-16 units and may split a surrogate pair, half of which cannot be stored. */
function wholeCharacters(text: string, start: number, end: number): Chunk {
  const from = splitsPair(text, start) ? start - 1 : start;
  const to = splitsPair(text, end) ? end + 1 : end;
  return { text: text.slice(from, to), start: from };
}

function splitsPair(text: string, position: number): boolean {
  return /[\uD800-\uDBFF]/.test(text[position - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[position] ?? '');
}
