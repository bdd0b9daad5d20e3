import type { Edit } from "./edit.js";

/** Edits of a series in their order, and those that were undone, the next one last. */
export interface History {
  readonly done: readonly Edit[];
  readonly undone: readonly Edit[];
}

export const UNEDITED: History = { done: [], undone: [] };

/** With one more edit; what was undone is forgotten. */
export const withEdit = ({ done }: History, edit: Edit): History => ({ done: [...done, edit], undone: [] });

/** Without the last edit. */
export function undo(history: History): History {
  const last = history.done.at(-1);
  return last ? { done: history.done.slice(0, -1), undone: [...history.undone, last] } : history;
}

/** With the edit that was undone last. */
export function redo(history: History): History {
  const next = history.undone.at(-1);
  return next ? { done: [...history.done, next], undone: history.undone.slice(0, -1) } : history;
}

/** Without edits; all of them can be redone. */
export const reset = ({ done, undone }: History): History => ({
  done: [],
  undone: [...undone, ...[...done].reverse()],
});

/** Name of some edits, the same for equal edits: the 53 bits of the hash cyrb53. */
export function nameOf(edits: readonly Edit[]): string {
  const text = JSON.stringify(edits);
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    one = Math.imul(one ^ code, 2654435761);
    other = Math.imul(other ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  other = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return (4294967296 * (2097151 & other) + (one >>> 0)).toString(36);
}
