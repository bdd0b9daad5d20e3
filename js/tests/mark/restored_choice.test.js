import assert from "node:assert/strict";
import { test } from "node:test";
import { RestoredChoice } from "../../lib/mark/restored_choice.js";

test("what was chosen last wins over what the kernel has, and that over the restored sliders", () => {
  const choice = new RestoredChoice();
  choice.made({ instance: 1 });
  assert.deepEqual(choice.end(), {}, "nothing is being restored");
  choice.begin({});
  choice.received({ instance: 4, method: 2 });
  assert.deepEqual(choice.end(), { instance: 4, method: 2 });
  choice.begin({ instance: 5 });
  choice.received({ instance: 4, method: 2 });
  assert.deepEqual(choice.end(), { instance: 5, method: 2 });
  choice.begin({ instance: 5 });
  choice.made({ instance: 6 });
  choice.received({ instance: 4, method: 2 });
  assert.deepEqual(choice.end(), { instance: 6, method: 2 });
});
