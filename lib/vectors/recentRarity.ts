import { LRUCache } from 'lru-cache';
import type { VectorIndex } from './vectorIndex';

const TERMS_KEPT = 50_000;

/**
 * The same look-up of rarities, which keeps each term's for a short time: questions share words, and an ingest changes the
 * rarity of a word only slowly.
 */
export function keepRecentRarity(
  vectors: Pick<VectorIndex, 'rarityOf'>,
  timeInMilliseconds = 10_000,
): Pick<VectorIndex, 'rarityOf'> {
  const recent = new LRUCache<number, number>({ max: TERMS_KEPT, ttl: timeInMilliseconds });
  return {
    async rarityOf(termIds) {
      const rarity = new Map<number, number>();
      for (const termId of termIds) {
        const known = recent.get(termId);
        if (known !== undefined) rarity.set(termId, known);
      }
      const missing = termIds.filter((termId) => !rarity.has(termId));
      if (missing.length === 0) return rarity;
      for (const [termId, value] of await vectors.rarityOf(missing)) {
        rarity.set(termId, value);
        recent.set(termId, value);
      }
      return rarity;
    },
  };
}
