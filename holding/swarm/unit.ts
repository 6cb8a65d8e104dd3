/** A business unit as it is shipped: what it is for, and what it may do unless the owner says otherwise. */
export interface BusinessUnit {
  /** Kebab-case, unique; the name of its folder in the owner's data as well. */
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  /** The shipped mandate, from which the owner's own is made once, at first need. */
  readonly mandate: string;
  /** Shipped documents that it may read besides its own, for a demonstration. */
  readonly example: string;
}

/** Declares a business unit: one folder in `holding/`, one line in `holding/units.ts`. */
export function defineUnit(unit: BusinessUnit): BusinessUnit {
  return unit;
}
