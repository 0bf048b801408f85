// A draft of the menu, played by the switch to the telephone in this page because its reader asked for it: keys and an end.
import { clear, put } from "./notices";
import type { Phone } from "./phone";
import { t } from "./texts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

function button(said: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button small";
  made.textContent = said;
  made.addEventListener("click", act);
  return made;
}

/** Show, or take away, the keys of a trial that is under way. */
export function showTrial(phone: Phone, on: boolean): void {
  if (!on || !phone.trial) return clear("trial");
  const line = document.createDocumentFragment(), words = document.createElement("p"), pad = document.createElement("div");
  words.textContent = t("js.trial.on");
  pad.className = "trial-pad";
  pad.setAttribute("role", "group");
  pad.setAttribute("aria-label", t("js.trial.label"));
  pad.append(...KEYS.map((key) => button(key, () => phone.press(key))));
  line.append(words, pad, button(t("js.trial.end"), () => phone.hangUp()));
  put("trial", line);
  const notice = document.getElementById("notice-trial")!;
  notice.className = "notice";
  notice.querySelector("button")!.focus();
}
