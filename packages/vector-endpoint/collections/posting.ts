import type { SlotSums } from '../memory/slotSums';

/** The points that have a weight in one dimension. */
export class Posting {
  slots = new Uint32Array(2);
  weights = new Float32Array(2);
  length = 0;

  add(slot: number, weight: number): void {
    if (this.length === this.slots.length) {
      const slots = new Uint32Array(this.length * 2);
      const weights = new Float32Array(this.length * 2);
      slots.set(this.slots);
      weights.set(this.weights);
      this.slots = slots;
      this.weights = weights;
    }
    this.slots[this.length] = slot;
    this.weights[this.length] = weight;
    this.length++;
  }

  /** Adds the weight of each point, times a factor, to the sum of its slot. */
  addTo(sums: SlotSums, factor: number): void {
    const { slots, weights, length } = this;
    for (let index = 0; index < length; index++) {
      sums.add(slots[index]!, factor * weights[index]!);
    }
  }

  /** Removes the entry at a position. The last entry takes its place; returns its slot, or undefined when it was the last. */
  removeAt(position: number): number | undefined {
    this.length--;
    if (position === this.length) {
      return undefined;
    }
    const moved = this.slots[this.length] ?? 0;
    this.slots[position] = moved;
    this.weights[position] = this.weights[this.length] ?? 0;
    return moved;
  }
}
