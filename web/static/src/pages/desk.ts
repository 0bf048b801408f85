// The agent's desk: puts bar, telephone, checks, form and live events together.
import { htmx } from "../base";
import { barNow, beginBar, known, onBar, refreshBar, type BarNow } from "../bar";
import { mindAnswer } from "../answer";
import { mindClasses } from "../classes";
import { mindDeskPhone } from "../desk_phone";
import { ask, Refused } from "../http";
import { closeInvite, mindInvite, openInvite } from "../invite";
import { lockKeys, mindKeys } from "../keys";
import { mindKnowledge } from "../knowledge";
import { follow, type Fact } from "../live";
import { check, Checks } from "../checks";
import { chime, hush, ring } from "../media";
import { clear, put, tell } from "../notices";
import { closeOrder, mindOrder, saveNow, showOrder } from "../order";
import { Phone, type Line } from "../phone";
import { isIn, own, ownAtFirst, wasIn } from "../tabs";
import { clock, t } from "../texts";
import { showTrial } from "../trial";

const frame = document.getElementById("callbar")!;
const web = frame.dataset.kind === "web";
// the talk whose sound this browser had: rung again after a reload, it is answered by itself. Who only sees the talk, in
// another browser or on another computer, is rung and answers: their microphone is not opened for them
const STALE = 15000; // ms
const SETTLE = 1500; // ms that everything else waits for the line: the sooner it is up, the sooner this agent can be rung
const title = document.title;
const nobody = document.getElementById("citizen")!.innerHTML;

let settle!: () => void;
const settled = new Promise<void>((done) => { settle = done; });
const read = new Promise((done) => addEventListener("DOMContentLoaded", done, { once: true })); // htmx knows the page

// -- the telephone ---------------------------------------------------------------------------------------------
const COMES_BACK = 2000; // ms that a page which was reloaded has before another browser takes its sound
let downSince = 0, wantSound = true;
let afar = false, coming = 0; // whether this agent talks in another browser

function onLine(line: Line): void {
  if (line === "up") {
    downSince = 0;
    clear("line");
    const at = Date.now() / 1000;
    check("line", "good", t("js.check.good"));
    // a browser's first time of day in a zone takes it longer than signing on does
    setTimeout(() => { if (phone.line === "up") check("line", "good", t("js.line.up", { at: clock(at) })); }, SETTLE);
  } else if (line === "down") {
    downSince ||= Date.now();
    check("line", "bad", t("js.line.down"));
  } else if (line === "elsewhere") elsewhere();
  else if (line === "connecting") check("line", "working", t("js.line.connecting"));
}

function elsewhere(): void {
  wantSound = false;
  check("line", "bad", t("js.line.elsewhere"));
  tell("line", t("js.tab.elsewhere"), "warn", [{ label: t("js.tab.take"), run: () => void takeSound(true) }]);
}

function lineTold(): void {
  if (!downSince || !wantSound) return;
  const seconds = Math.round((Date.now() - downSince) / 1000);
  if (seconds >= 2) tell("line", t(phone.talking ? "js.line.cut_talking" : "js.line.cut", { seconds }), "fault",
                         [{ label: t("js.reconnect"), run: () => void openPhone() }]);
}

const far = document.getElementById("far") as HTMLAudioElement;
const phone = new Phone(far, {
  onLine,
  onRing: () => { if (phone.trial) void phone.answer(); else if (phone.echo) void checks.answerEcho(); else returning(); void refreshBar(); },
  onTalk: (on) => {
    if (on) { hush(); clear("returning"); }
    showTrial(phone, on);
    void checks.echoIs(on && phone.echo, far);
    void refreshBar();
  },
  onMicrophoneRefused: (name) => checks.refused(name),
  onNetwork: (word, figures) => checks.network(word, figures),
  onSilence: (silent) => silent ? tell("silence", t("js.silence"), "fault") : clear("silence"),
  onSoundBlocked: () => tell("sound", t("js.sound.blocked"), "fault", [{ label: t("js.sound.allow"), run: () => {
    void far.play().then(() => clear("sound")); } }]),
});
const checks = new Checks(phone);

async function openPhone(): Promise<void> {
  try { await phone.open(); } catch (error) {
    onLine("down");
    if (error instanceof Refused && error.status === 401) sessionOver();
    else setTimeout(() => { if (wantSound && phone.line !== "up") void openPhone(); }, 3000);
  }
}

async function takeSound(steal: boolean): Promise<void> {
  afar &&= !steal;
  if (afar) { wantSound = false; elsewhere(); return; }
  const lost = () => { phone.hangUp(); phone.stop(); elsewhere(); };
  wantSound = await (steal ? own(true, lost) : ownAtFirst(lost));
  if (!wantSound) { elsewhere(); return; }
  clear("line");
  await openPhone();
}

/** The talk in another browser is over, or lost and not back there within a moment: the sound comes here by itself. */
function nearer(now: BarNow): void {
  clearTimeout(coming);
  if (!afar || IN_TALK.has(now.state) || now.state === "ringing") return;
  coming = window.setTimeout(() => {
    afar = false;
    delete window.hotlineEarly;
    void takeSound(false);
  }, now.state === "lost" ? COMES_BACK : 0);
}

/** A ring for the talk this browser has just lost is answered by itself; so is one asked for: a call-back, listening. */
function returning(): void {
  const now = barNow();
  const lost = wasIn(now.call);
  if (!phone.ringing || !(lost || now.listening || now.direction === "out")) return;
  if (lost) tell("returning", t("js.returning"), "told");
  void phone.answer();
}

// -- the bar ---------------------------------------------------------------------------------------------------
const OFFER = 5000; // ms after which it is looked whether a talk that is offered still goes on
let offer = 0;
const ENDS_WRITING = new Set(["done", "break", "offline"]); // of wrap-up: afterwards the form cannot be saved any more
const IN_TALK = new Set(["talking", "three", "hold", "consult", "away"]);

onBar((now, before) => {
  nearer(now);
  showRating();
  remember(now);
  document.title = now.state === "ringing" ? t("js.title.ringing") : title;
  if (now.state === "ringing" && web && wantSound && !phone.talking) void ring(); else hush();
  if (now.state === "ringing" || now.listening) returning();
  if (now.listening) tell("listening", t("js.listening"), "told", [{ label: t("js.listening.to_wall"), run: () => location.assign("/wall") }]);
  else clear("listening");
  if (now.unrecorded) tell("unrecorded", t("js.unrecorded"), "warn"); else clear("unrecorded");
  clearTimeout(offer);
  if (now.rejoin) offer = window.setTimeout(() => void refreshBar(), OFFER);
  if (now.cut) tell("cut", t("js.switch.cut", { clock: clock(now.cut) }), "warn"); else clear("cut");
  if (now.state === "three" && before.state === "talking") void chime();
  if (IN_TALK.has(now.state) && phone.talking) isIn(now.call);
  if (now.state === "lost") tell("returning", t("js.returning"), "told"); else if (before.state === "lost") clear("returning");
  if (now.state === "wrap_up") isIn("");
  if (now.state === "wrap_up" || now.state === "ready") { closeInvite(); clear("returning"); }
  if (now.state === "wrap_up" && before.state !== "wrap_up") lockKeys();
  if (now.call && now.state !== "break" && now.state !== "offline") void showOrder(now.call);
  if (now.call && (now.call !== before.call || now.state !== before.state)) showCitizen(now);
  if (!now.call && before.call) { void closeOrder(); document.getElementById("citizen")!.innerHTML = nobody; }
  if (now.state !== before.state) htmx.trigger("#recent", "recent", {});
});

function showCitizen(now: BarNow): void {
  void htmx.ajax("get", `/desk/citizen/${now.call}`, { target: "#citizen", swap: "innerHTML" });
}

const local: Record<string, () => void> = {
  answer: () => void phone.answer(), decline: () => phone.hangUp(), add: openInvite,
};

async function act(button: HTMLElement): Promise<void> {
  const name = button.dataset.act!;
  if (button.getAttribute("aria-disabled") === "true") { if (button.title) tell("act", button.title, "told", [], 4); return; }
  if (local[name]) { local[name]!(); return; }
  if (button.getAttribute("aria-busy") === "true") return; // a double click is one wish
  button.closest("details")?.removeAttribute("open");
  if (ENDS_WRITING.has(name) && barNow().state === "wrap_up" && !(await saveNow())) { tell("act", t("js.save_first"), "warn"); return; }
  if (name === "ready" && phone.echo) phone.hangUp(); // a citizen would find the telephone busy
  if (name === "finish") lockKeys();
  if (name === "rejoin") isIn(barNow().rejoin); // asked for: its ring is answered by itself
  button.setAttribute("aria-busy", "true");
  try {
    await ask(button.dataset.method!, button.dataset.path!, button.dataset.body);
    clear("act");
  } catch (error) {
    const refused = error as Refused;
    // that the controller is away is one line, which goes when it is back
    if (refused.status === 401) sessionOver(); else tell(refused.code === "controller_away" ? "house" : "act", refused.message, "warn");
  } finally { button.removeAttribute("aria-busy"); }
  void refreshBar();
}

/** Page or telephone: what the desk shows and does depends on it, so it is read anew. */
async function choose(button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  try {
    await ask("POST", "/desk/rings", { rings: button.dataset.rings });
    location.reload();
  } catch (error) {
    button.nextElementSibling!.textContent = (error as Refused).message;
    button.disabled = false;
  }
}

document.addEventListener("click", (event) => {
  const other = (event.target as Element).closest<HTMLButtonElement>("[data-rings]");
  if (other) void choose(other);
  const button = (event.target as Element).closest<HTMLElement>("[data-act]");
  if (button) void act(button);
  const closed = (event.target as Element).closest<HTMLElement>("summary[aria-disabled=true]");
  if (closed) event.preventDefault();
});

/** The menu of breaks, open, covers what a notice asks to be done: whoever goes on elsewhere has done with it. */
function beside(event: Event): void {
  const menu = document.querySelector("#break-menu[open]");
  if (menu && !menu.contains(event.target as Node)) menu.removeAttribute("open");
}
document.addEventListener("click", beside);
document.addEventListener("focusin", beside);

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" ? document.querySelector("#break-menu[open]") : null;
  if (!menu) return;
  menu.removeAttribute("open");
  document.getElementById("act-break")!.focus();
});

// -- live events, and what the page does not know --------------------------------------------------------------
/** Somebody hangs up while they are on hold: nobody heard it, so it is said. */
function leftOnHold(fact: Fact): void {
  const row = document.querySelector<HTMLElement>(`[data-person="${CSS.escape(String(fact.data.party))}"][data-held]`);
  if (row && fact.data.why === "hung_up") tell("held_left", t("js.hold.hung_up", { who: row.dataset.held! }), "warn", [], 20);
}

function onFact(fact: Fact): void {
  if (fact.kind === "party.left" && fact.call === barNow().call) leftOnHold(fact);
  void refreshBar();
  if (fact.kind === "call.rated") rated(fact);
  if (fact.kind === "agent.missed" && fact.data.agent === frame.dataset.agent)
    tell("missed", t("js.missed", { clock: clock(Date.now() / 1000) }), "warn");
  if (fact.kind === "menu.step" || fact.kind === "call.rated") setTimeout(() => { if (barNow().call) showCitizen(barNow()); }, 1500);
  if (fact.kind === "call.hung_up" && talks.has(fact.call)) recentSoon();
  if (fact.kind === "controller.started") void phone.here();
}

/** Show the latest calls anew, once the worker has kept what has just been told. */
function recentSoon(): void { setTimeout(() => htmx.trigger("#recent", "recent", {}), 1500); }

let lastRating = { call: "", words: "" };
const talks = new Map<string, string>(); // the calls this page was in → the citizen's number as it was shown
const MOST_TALKS = 20;

function remember(now: BarNow): void {
  const number = document.querySelector("#bar .bar-number")?.textContent;
  if (!now.call || !number) return;
  talks.set(now.call, number);
  if (talks.size > MOST_TALKS) talks.delete(talks.keys().next().value!);
}

function showRating(): void {
  const place = document.getElementById("rating");
  if (place && place.dataset.call === lastRating.call) place.textContent = lastRating.words;
}

function rated(fact: Fact): void {
  const words = fact.data.rating ? t("js.rating", { n: String(fact.data.rating) }) : t("js.unrated");
  lastRating = { call: fact.call, words: `${t("js.rated")}${words}` };
  showRating();
  if (barNow().call === fact.call || !talks.has(fact.call)) return;
  // it came after wrap-up, perhaps into the next talk: it is said whose it is, and it stands by that call
  tell("rating", t("js.rated_of", { number: talks.get(fact.call)!, words }));
  recentSoon();
}

function onHouse(word: string): void {
  if (word === "away") tell("house", t("js.house.away"), "warn");
  else { clear("house"); void refreshBar(); void phone.here(); }
}

/** A new stream tells anew if the controller is away; what an old one said may be over. */
function linked(up: boolean): void {
  if (!up) return;
  clear("house");
  void settled.then(refreshBar);
}

function sessionOver(): void {
  const template = document.getElementById("sign-on-again") as HTMLTemplateElement;
  put("session", template.content.cloneNode(true));
  document.querySelector<HTMLInputElement>("#again [name=password]")?.focus();
}
document.addEventListener("session-over", () => { // whoever writes meanwhile writes on where they are
  const at = document.activeElement;
  sessionOver();
  if (at instanceof HTMLTextAreaElement || at instanceof HTMLInputElement) at.focus();
});
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.id !== "again") return;
  event.preventDefault();
  void signOnAgain(form);
});

async function signOnAgain(form: HTMLFormElement): Promise<void> {
  const data = new FormData(form);
  try {
    await ask("POST", "/api/session", { login: data.get("login"), password: data.get("password") });
    clear("session");
    begin();
    if (web && phone.line !== "up" && wantSound) void openPhone();
    void refreshBar();
  } catch (error) { form.querySelector(".again-fault")!.textContent = (error as Error).message; }
}

function begin(): void {
  follow(frame.dataset.facts!.split(" "), {
    onFact, onHouse, onSession: sessionOver, onLink: linked,
  });
}

function freshness(): void {
  const old = Date.now() - known.at;
  frame.classList.toggle("is-stale", old > STALE);
  document.getElementById("desk-age")!.textContent = t("js.desk.age", { clock: clock(barNow().cut || known.at / 1000) });
  if (old > STALE) tell("stale", t("js.stale", { clock: clock(known.at / 1000) }), "fault", [{ label: t("js.reconnect"), run: () => void refreshBar() }]);
  else clear("stale");
}

// -- begin -----------------------------------------------------------------------------------------------------
mindOrder();
mindClasses();
mindAnswer();
mindInvite();
mindKnowledge();
mindKeys({
  submit: () => void saveNow().then(() => document.querySelector<HTMLElement>('#bar [data-key="Ctrl+Enter"]:not([aria-disabled=true])')?.click()),
  list: () => { const list = document.getElementById("keys") as HTMLDialogElement; if (list.open) list.close(); else list.showModal(); },
  close: closeInvite,
});
afar = web && IN_TALK.has(barNow().state) && !wasIn(barNow().call);
beginBar();
begin();
setInterval(() => void refreshBar(), 10000);
setInterval(() => { freshness(); lineTold(); }, 1000);
window.addEventListener("pagehide", () => phone.leave());
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // back from the cache: begin anew
if (web) void takeSound(false).then(settle); else mindDeskPhone();
setTimeout(settle, web ? SETTLE : 0);
void Promise.all([settled, read]).then(() => {
  if (web) checks.begin();
  htmx.trigger("#recent", "recent", {});
});
