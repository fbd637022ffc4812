/** A quotation in a text. Offsets include its quotation marks. */
export interface Quotation {
  text: string;
  start: number;
  end: number;
}

/** A straight mark after a letter or digit opens nothing. Every alternative stops at the marks, so runs are read once. */
const QUOTATION =
  /(?<![\p{L}\p{N}])"((?:[^"\n]|\n(?!\s*\n))+)"|“([^“”]+)”|„([^„“”"]+)[“”"]|«([^«»]+)»|»([^«»]+)«|「([^「」]+)」|(?<![\p{L}\p{N}])‘((?:[^‘’]|’(?=\p{L}))+)’(?!\p{L})/gu;
/** Shorter ones may be names, or words that the writer does not mean as they are written. */
const SHORTEST_EVIDENCE_IN_WORDS = 3;
const PRESENTING = new RegExp(
  `\\b(?:${[
    'sa(?:ys?|id|ying)|call(?:s|ed|ing)?|wr(?:ites?|ote|itten|iting)|nam(?:es?|ed|ing)|term(?:s|ed)|describ(?:es?|ed|ing)',
    'declar(?:es?|ed|ing)|ask(?:s|ed)|answer(?:s|ed)|repl(?:y|ies|ied)|stat(?:es?|ed|ing)|not(?:es?|ed|ing)|quot(?:es?|ed|ing)',
    'words?|phrases?|speak(?:s|ing)?|spoke(?:n)?|t(?:ells?|old)|titled?|entitled|read(?:s|ing)?|dubb(?:ed|s)|label(?:s|led)?',
    'promis(?:es?|ed)|warn(?:s|ed)|demand(?:s|ed)|according|remark(?:s|ed)|add(?:s|ed)|exclaim(?:s|ed)|insist(?:s|ed)',
  ].join('|')})\\b`,
  'i',
);

/** Quotations in their order. Single straight marks are not counted, because they are apostrophes too. */
export function quotationsIn(text: string): Quotation[] {
  return [...text.matchAll(QUOTATION)]
    .map((match) => {
      const quoted = match.slice(1).find((group) => group !== undefined) ?? '';
      return { text: quoted.trim(), start: match.index, end: match.index + match[0].length };
    })
    .filter(({ text: quoted }) => /[\p{L}\p{N}]/u.test(quoted));
}

export function isEvidence({ text }: Quotation): boolean {
  return text.split(/\s+/).length >= SHORTEST_EVIDENCE_IN_WORDS;
}

/**
 * The quotations of a sentence that are presented as words of the document: those of three words and more; shorter ones when
 * the sentence says so (`called it "just"`) or has no other words. Others (`the "free" settlers`) are the writer's own.
 */
export function presentedQuotations(sentence: string, quotations: readonly Quotation[]): Quotation[] {
  const own = outside(sentence, quotations).replace(/\bso[- ]called\b/gi, '');
  const isPresented = PRESENTING.test(own) || own.includes(':') || !/[\p{L}\p{N}]/u.test(own);
  return isPresented ? [...quotations] : quotations.filter(isEvidence);
}

function outside(sentence: string, quotations: readonly Quotation[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of quotations) {
    parts.push(sentence.slice(at, start));
    at = end;
  }
  return [...parts, sentence.slice(at)].join(' ');
}
