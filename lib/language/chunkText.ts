import { RecursiveCharacterTextSplitter } from '@langchain/textsplitters';
import { splitSentences } from './splitSentences';

/** Changes whenever the same text would be divided otherwise; part of each point id. */
export const CHUNKER_VERSION = 'characters-1000-150-v1';

const CHUNK_SIZE = 1000;
const CHUNK_OVERLAP = 150;
/** Noncharacters, which no text should hold; one that the text does hold is not used. */
const SENTENCE_MARKS = ['\uFDD0', '\uFDD1'];
/** A chunk of a text: `text.slice(start, start + chunk.text.length) === chunk.text`. */
export interface Chunk {
  text: string;
  /** In UTF-16 code units, as in `String.prototype.slice`. */
  start: number;
}

/**
 * Divides a text into chunks of at most 1,000 characters (one more where a surrogate pair would be cut) that share up to
 * 150, cut between sentences; only a longer sentence is cut between lines or words. Cutting at paragraphs first, the usual
 * order, would leave a fifth more chunks, many of them short. A text of white space alone is one empty chunk, so that
 * every document has one.
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
 * Where the splitter took the chunk from. It leaves out white space only, so a chunk starts at the latest where the text
 * that isn't covered yet does; of several occurrences (a text may repeat itself) the last one before that leaves no gap.
 */
function findChunk(text: string, chunk: string, covered: number): number {
  const rest = text.slice(covered).search(/\S/);
  const start = text.lastIndexOf(chunk, covered + Math.max(0, rest));
  if (start < 0) throw new Error('the text splitter gave a chunk that does not stand in the text');
  return start;
}

/** Puts a mark before each sentence but the first, for the splitter, which knows separators of characters only. */
function markSentences(text: string, mark: string): string {
  const starts = splitSentences(text).map(({ start }) => start);
  return starts.map((start, index) => text.slice(index === 0 ? 0 : start, starts[index + 1])).join(mark);
}

/** The splitter counts UTF-16 units and may cut a surrogate pair, half of which can't be stored. */
function wholeCharacters(text: string, start: number, end: number): Chunk {
  const from = cutsPair(text, start) ? start - 1 : start;
  const to = cutsPair(text, end) ? end + 1 : end;
  return { text: text.slice(from, to), start: from };
}

function cutsPair(text: string, position: number): boolean {
  return /[\uD800-\uDBFF]/.test(text[position - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[position] ?? '');
}
