import type { Choice } from "../core/picture/choice.js";
import type { ChecksModel } from "../synced/ChecksModel.js";
import type { Runner } from "../synced/JobsModel.js";
import type { EngineAnswers } from "./engine_answers.js";

interface Checked {
  readonly engineAnswers: EngineAnswers | null;
  readonly choice: Choice;
  readonly checks: ChecksModel;
}

/** Kind of the job that checks a map. */
export const CHECKS = "checks";

/** Runs those checks of a map that a page with a model can compute. */
export const checkRunner = (mark: Checked): Runner => ({
  offers: (kind) => kind === CHECKS && mark.engineAnswers?.checks(mark.choice) === true,
  start: (name, report) => {
    const [fill] = mark.checks.current.fills;
    mark.engineAnswers!.check(name, mark.choice, fill, (news) => {
      if ("share" in news) {
        report(news.share);
      } else if ("checks" in news) {
        report(news.checks);
      } else if ("fault" in news) {
        report(news.fault);
      }
    });
  },
  cancel: (name) => mark.engineAnswers?.stopCheck(name),
});
