import assert from "node:assert/strict";
import { test } from "node:test";
import { actionOf, isForPage, KEYS } from "../../lib/core/text/keys.js";

const press = (key, held = {}) =>
  actionOf({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...held }, 300);

test("keys with a modifier, and keys that mean nothing, are the page's", () => {
  for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
    assert.equal(press("s", held), null);
    assert.equal(press("ArrowRight", held), null);
  }
  assert.deepEqual(
    ["d", "Enter", "Tab", "constructor", "x"].map((key) => press(key)),
    Array(5).fill(null),
  );
});

test("a control keeps its named keys and Space, a text field all keys", () => {
  const at = (key, focused) =>
    actionOf({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false }, 300, focused);
  for (const key of ["ArrowRight", "ArrowDown", "Home", "PageDown", " "]) {
    assert.equal(at(key, "control"), null);
    assert.notEqual(at(key, "plot"), null);
  }
  assert.deepEqual(at("Escape", "control"), at("Escape", "plot"));
  assert.equal(at("Escape", "menu"), null);
  for (const key of ["a", "m", "0", "?"]) {
    assert.deepEqual(at(key, "control"), at(key, "plot"));
    assert.equal(at(key, "text"), null);
  }
});

test("a button keeps Space, which presses it", () => {
  const at = (key) => actionOf({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false }, 300, "button");
  assert.deepEqual(at("PageDown"), press("PageDown"));
  assert.deepEqual(at("ArrowRight"), press("ArrowRight"));
  assert.deepEqual([" ", "Enter"].map(at), [null, null]);
});

test("a page gets what has a modifier, and Shift + Enter", () => {
  const held = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };
  assert.ok(isForPage({ ...held, key: "Enter", shiftKey: true }));
  assert.ok(isForPage({ ...held, key: "s", ctrlKey: true }));
  assert.ok(!isForPage({ ...held, key: "M", shiftKey: true }));
  assert.ok(!isForPage({ ...held, key: "d" }));
});

test("arrows go by a sample, with shift by a tenth of the series", () => {
  assert.deepEqual(press("ArrowLeft"), { do: "move", by: -1 });
  assert.deepEqual(press("ArrowRight", { shiftKey: true }), { do: "move", by: 30 });
});

test("plus and minus undo each other", () => {
  assert.ok(Math.abs(press("+").by * press("-").by - 1) < 1e-12);
});

test("every key that does something is told, and the other way round", () => {
  const told = KEYS.flatMap(([keys]) => keys.split(" "));
  const names = {
    "←": "ArrowLeft",
    "→": "ArrowRight",
    Page: "PageUp",
    "↑": "ArrowUp",
    "↓": "ArrowDown",
    "−": "-",
    Space: " ",
    Esc: "Escape",
  };
  told.forEach((key) => assert.notEqual(press(names[key] ?? key), null, key));
});
