import type { Vocabulary } from './weights';

/** The model was trained on at most this many tokens; it ignores the rest. */
export const MAX_TOKENS = 128;

const UNKNOWN = 0;
/** Ids below are control tokens, never matched in text. */
const FIRST_PIECE = 6;
/**
 * Normalization sorts a run of combining marks in quadratic time. Unicode's "stream-safe" text format (UAX #15) has at
 * most 30 in a row, more than any language needs.
 */
const LONG_MARK_RUN = /(\p{M}{30})\p{M}+/gu;
/** Sentencepiece's mark for a space, which starts each word. */
const WORD_START = '\u2581';

interface TrieNode {
  children: Map<string, TrieNode>;
  id: number;
}

/**
 * Sentencepiece unigram tokenizer: the most probable division of the text into vocabulary pieces (Viterbi over a trie).
 * Gives the same ids as the tokenizer of the weights' authors: a character that does not start a piece is unknown at no cost,
 * unknown tokens in a row count once, and of equal divisions the one with the shorter last piece wins.
 */
export class Tokenizer {
  private readonly root: TrieNode = { children: new Map(), id: -1 };

  constructor(private readonly vocabulary: Vocabulary) {
    for (let id = FIRST_PIECE; id < vocabulary.length; id++) this.addPiece(vocabulary[id]?.[0] ?? '', id);
  }

  /** Token ids of the text's beginning, at most `maxTokens` of them. An empty text has none. */
  encode(text: string, maxTokens: number = MAX_TOKENS): number[] {
    if (text === '') return [];
    const normalized = text.replace(LONG_MARK_RUN, '$1').normalize('NFKC');
    const symbols = [...(WORD_START + normalized.replaceAll(' ', WORD_START))];
    const length = symbols.length;
    const bestScore = new Float64Array(length + 1);
    /** Last token, and its length in symbols, of the best division of the first n symbols. */
    const lastToken = new Int32Array(length + 1);
    const lastLength = new Int32Array(length + 1);
    /** Tokens of that division, unknown ones in a row counted once. */
    const tokenCount = new Int32Array(length + 1);

    const offer = (start: number, end: number, id: number): void => {
      const score = (id === UNKNOWN ? 0 : (this.vocabulary[id]?.[1] ?? 0)) + (bestScore[start] ?? 0);
      const known = bestScore[end] ?? 0;
      if (known !== 0 && score < known) return;
      bestScore[end] = score;
      lastToken[end] = id;
      lastLength[end] = end - start;
    };

    let end = length;
    for (let start = 0; start < length; start++) {
      if (start > 0) {
        const from = start - (lastLength[start] || 1);
        const repeatsUnknown = from > 0 && lastToken[start] === UNKNOWN && lastToken[from] === UNKNOWN;
        tokenCount[start] = (tokenCount[from] ?? 0) + (repeatsUnknown ? 0 : 1);
        // No piece crosses the start of a word, so the tokens before it can't change any more.
        if (symbols[start] === WORD_START && (tokenCount[start] ?? 0) >= maxTokens) {
          end = start;
          break;
        }
      }
      let matched = false;
      let node = this.root.children.get(symbols[start] ?? '');
      for (let next = start + 1; node; next++) {
        if (node.id >= 0) {
          offer(start, next, node.id);
          matched = true;
        }
        node = next < length ? node.children.get(symbols[next] ?? '') : undefined;
      }
      if (!matched) offer(start, start + 1, UNKNOWN);
    }

    const tokens: number[] = [];
    for (let position = end; position > 0; position -= lastLength[position] || 1) {
      const token = lastToken[position] ?? UNKNOWN;
      if (token !== UNKNOWN || tokens.at(-1) !== UNKNOWN) tokens.push(token);
    }
    return tokens.reverse().slice(0, maxTokens);
  }

  private addPiece(piece: string, id: number): void {
    let node = this.root;
    for (const symbol of piece) {
      let child = node.children.get(symbol);
      if (!child) {
        child = { children: new Map(), id: -1 };
        node.children.set(symbol, child);
      }
      node = child;
    }
    node.id = id;
  }
}
