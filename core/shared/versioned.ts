/** A stored item and the number of its version, which every write increments; 0 if it was never stored. */
export interface Versioned<Item> {
  readonly item: Item;
  readonly revision: number;
}
