import { ownValue, type JsonObject, type JsonValue } from '../json/jsonValue';

/** How a text index splits text into tokens. */
export interface Tokenizer {
  readonly kind: 'word' | 'whitespace' | 'prefix';
  readonly isLowercase: boolean;
  readonly minimumLength: number;
  readonly maximumLength: number;
  readonly matchesPhrases: boolean;
}

const numberOr = (value: JsonValue | undefined, byDefault: number) => (typeof value === 'number' ? value : byDefault);

export function tokenizerOf(parameters: JsonObject | undefined): Tokenizer {
  const given = parameters ?? {};
  const kind = ownValue(given, 'tokenizer');
  return {
    kind: kind === 'whitespace' || kind === 'prefix' ? kind : 'word',
    isLowercase: ownValue(given, 'lowercase') !== false,
    minimumLength: numberOr(ownValue(given, 'min_token_len'), 0),
    maximumLength: numberOr(ownValue(given, 'max_token_len'), Number.MAX_SAFE_INTEGER),
    matchesPhrases: ownValue(given, 'phrase_matching') === true,
  };
}

/** The tokens of a text, in order. */
export function tokenize(text: string, tokenizer: Tokenizer): string[] {
  const source = tokenizer.isLowercase ? text.toLowerCase() : text;
  const parts = tokenizer.kind === 'whitespace' ? source.split(/\s+/u) : source.split(/[^\p{Alphabetic}\p{N}]+/u);
  return parts.filter((part) => {
    const length = [...part].length;
    return length > 0 && length >= tokenizer.minimumLength && length <= tokenizer.maximumLength;
  });
}

function containsPhrase(stored: readonly string[], phrase: readonly string[]): boolean {
  return stored.some((_, start) => phrase.every((token, offset) => stored[start + offset] === token));
}

/** Whether the texts of a field that has a text index pass a full-text test. Those of an array count as one text. */
export function matchesTokens(
  stored: readonly string[],
  test: 'text' | 'textAny' | 'phrase',
  text: string,
  tokenizer: Tokenizer,
): boolean {
  const tokens = tokenize(text, tokenizer);
  if (tokens.length === 0) {
    return false;
  }
  const storedTokens = stored.flatMap((each) => tokenize(each, tokenizer));
  if (test === 'phrase' && tokenizer.matchesPhrases) {
    return containsPhrase(storedTokens, tokens);
  }
  const present = new Set(storedTokens);
  const isPresent = (token: string) =>
    tokenizer.kind === 'prefix' ? storedTokens.some((each) => each.startsWith(token)) : present.has(token);
  return test === 'textAny' ? tokens.some(isPresent) : tokens.every(isPresent);
}
