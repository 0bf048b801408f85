// The desk's first script, in the page's head: takes the sound and signs the line on while everything else is still coming.
import { signOn, type Early } from "../early_line";
import { csrf } from "../http";
import { own, wasIn } from "../tabs";

const PATIENCE = 8000; // ms, as long as any request has
const { phone, talk } = document.currentScript!.dataset as { phone: string; talk: string };

async function secret(): Promise<string> {
  const wish = { method: "POST", headers: { "X-CSRF-Token": csrf() }, signal: AbortSignal.timeout(PATIENCE) };
  const answer = await fetch("/desk/phone", { ...wish, redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status)); // the desk will ask again, and say why not
  return ((await answer.json()) as { secret: string }).secret;
}

const early: Early = {
  onLost: null, lost: false, line: Promise.resolve(null),
  // the sound of a talk in another browser stays there: signing on here would end it
  owned: talk && !wasIn(talk) ? Promise.resolve(false) : own(false, () => { early.lost = true; early.onLost?.(); }),
};
early.line = early.owned.then((ours) => ours ? signOn(phone, secret()) : null).catch(() => null);
window.hotlineEarly = early;
