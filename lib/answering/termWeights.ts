import { termsOf } from '../embedding/lexical/terms';

/** Weight of each different term of the question. */
export type TermWeights = Map<string, number>;

/**
 * How much each of the question's terms tells, from how few of the sentences have it (idf). A term that no sentence has
 * weighs most: an answer that can't speak of it covers little of the question.
 */
export function termWeights(question: string, sentences: string[][]): TermWeights {
  const sets = sentences.map((terms) => new Set(terms));
  const weigh = (term: string): number => {
    const frequency = sets.filter((terms) => terms.has(term)).length;
    return Math.log(1 + (sets.length - frequency + 0.5) / (frequency + 0.5));
  };
  return new Map([...new Set(termsOf(question))].map((term) => [term, weigh(term)]));
}

/** Share (0 to 1) of the question's weight that these terms cover. */
export function coverage(weights: TermWeights, terms: string[]): number {
  let total = 0;
  let covered = 0;
  const present = new Set(terms);
  for (const [term, weight] of weights) {
    total += weight;
    if (present.has(term)) covered += weight;
  }
  return total === 0 ? 0 : covered / total;
}
