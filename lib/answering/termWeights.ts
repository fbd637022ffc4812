import { termId } from '../language/sparseText';
import { termsOf } from '../language/terms';
import type { VectorIndex } from '../vectors/vectorIndex';

/** How much each different term of a text counts, by term. */
export type TermWeights = Map<string, number>;

/** Weights terms by their rarity: the fewer indexed chunks have a term, the more it counts. */
export async function rarityWeights(text: string, vectors: Pick<VectorIndex, 'rarityOf'>): Promise<TermWeights> {
  const terms = [...new Set(termsOf(text))];
  const rarity = await vectors.rarityOf(terms.map(termId));
  return new Map(terms.map((term) => [term, rarity.get(termId(term)) ?? 0]));
}

/** Gives all terms the same weight. */
export function equalWeights(text: string): TermWeights {
  return new Map(termsOf(text).map((term) => [term, 1]));
}

/** Share (0 to 1) of the weight that these terms cover; 0 when there is none. */
export function coverage(weights: TermWeights, terms: Iterable<string>): number {
  let total = 0;
  let covered = 0;
  const present = terms instanceof Set ? (terms as ReadonlySet<string>) : new Set(terms);
  for (const [term, weight] of weights) {
    total += weight;
    if (present.has(term)) covered += weight;
  }
  return total === 0 ? 0 : covered / total;
}
