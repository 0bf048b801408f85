// An open order that changes meanwhile: shown at once to whoever only reads; whoever writes is told, and loses nothing.
import { ask, Refused } from "../http";
import { playing } from "../player/player";
import { t } from "../texts";

const EVERY = 5000, LONGEST = 60_000; // ms between looks; the longest while the server does not answer
const PARTS = [".panel-head", ".order-said", ".order-rest"];
interface Line { seq: number; line: string }

export interface Reader {
  /** Whether somebody has typed in a form. */
  typed(): boolean;
  /** New parts stand in the page. */
  renewed(): void;
}

/** Look every few seconds, while the page is seen, whether the order is still the one that is shown. */
export function mindChanges(page: HTMLElement, reader: Reader): void {
  const number = page.dataset.number!, news = document.getElementById("order-news")!;
  let rest = EVERY, timer = 0, told = 0, looking = false;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      try {
        const { version } = await ask<{ version: number }>("GET", `/orders/${number}/version`);
        rest = EVERY;
        const seen = Number(page.dataset.version);
        if (version > Math.max(seen, told)) { await changed(seen); told = version; }
        else if (version <= seen && told > seen) { news.replaceChildren(); told = 0; } // one's own act in this page
      } catch (error) {
        const status = (error as Refused).status;
        if (status === 401 || status === 404) { say(t(status === 404 ? "js.order.out_of_sight" : "js.order.signed_off")); return; }
        rest = Math.min(2 * rest, LONGEST);
      }
    }
    looking = false;
    timer = window.setTimeout(() => void look(), rest);
  }

  async function changed(seen: number): Promise<void> {
    const { history } = await ask<{ history: Line[] }>("GET", `/api/work-orders/${number}/history`).catch(() => ({ history: [] as Line[] }));
    const what = history.filter((one) => one.seq > seen).slice(-2).map((one) => one.line).join("; ");
    if (!busy()) { await show(); say(t("js.order.renewed", { what })); return; }
    const open = document.createElement("button");
    open.type = "button";
    open.className = "button small";
    open.textContent = t("js.order.show_new");
    open.addEventListener("click", () => void show().then(() => say(t("js.order.renewed", { what })), () => say(t("js.order.not_renewed"))));
    say(t("js.order.changed", { what }), open);
  }

  /** Reading is not disturbed: nobody writes, listens, or is with the keyboard on what would go. */
  function busy(): boolean {
    return reader.typed() || playing() || page.contains(document.activeElement)
      || page.querySelector("details.act[open], details[open] [data-player], details[open] form") !== null;
  }

  async function show(): Promise<void> {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(15_000), redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("order-page");
    if (!fresh) throw new Error("no order");
    for (const part of reader.typed() ? PARTS : [...PARTS, ".acts"]) { // what is being written stays as it stands
      const now = page.querySelector(`:scope ${part}`), then = fresh.querySelector(`:scope ${part}`);
      if (now && then) now.replaceWith(document.adoptNode(then));
    }
    page.dataset.version = fresh.dataset.version;
    page.dataset.state = fresh.dataset.state;
    reader.renewed();
  }

  function say(words: string, act?: HTMLElement): void {
    const line = document.createElement("p");
    line.className = "warn-line";
    line.append(words, ...(act ? [" ", act] : []));
    news.replaceChildren(line);
  }

  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") void look(); });
  timer = window.setTimeout(() => void look(), rest);
}
