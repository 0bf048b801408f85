// The agents' telephones: where one is registered from is asked when wanted; a password is shown once and then gone.
import "./base";
import { ask, Refused } from "../http";
import { clock, t } from "../texts";

interface Contact { registered: boolean; address: string; program: string; until: number }
interface Change { at: number; what: string; by: string; by_name: string }
type Account = Record<string, string> & { in_force?: boolean };
const dialog = document.getElementById("phone-account") as HTMLDialogElement;
let anew = false; // a secret was made: the list is read again once it has been noted

const pathOf = (line: HTMLElement, more = "") => `/api/phones/${encodeURIComponent(line.dataset.phone!)}${more}`;
const seen = (line: HTMLElement) => ({ "If-Match": `"${line.dataset.version}"` });

async function told(place: HTMLElement, work: () => Promise<void>): Promise<void> {
  place.textContent = "";
  try { await work(); } catch (error) { place.textContent = (error as Refused).message; }
}

function where(line: HTMLElement, said: HTMLElement): Promise<void> {
  return told(said, async () => {
    const found = await ask<Contact>("GET", pathOf(line));
    said.textContent = !found.registered ? t("js.phones.not") : t("js.phones.from", {
      address: found.address || "?", program: found.program || "?", until: found.until ? clock(found.until) : "?" });
  });
}

function changes(line: HTMLElement, said: HTMLElement): Promise<void> {
  return told(said, async () => {
    const { changes: rows } = await ask<{ changes: Change[] }>("GET", pathOf(line, "/changes"));
    const told = rows.map((one) => [new Date(one.at * 1000).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" }),
                                    t(`js.phones.said.${one.what.split(".")[1]}`), one.by_name || one.by].join(" · "));
    said.textContent = told.join("; ") || t("js.phones.no_changes");
  });
}

function show(found: Account): void {
  const list = dialog.querySelector("dl")!, head = dialog.querySelector<HTMLElement>("h2")!;
  head.textContent = found.agent ?? "";
  document.getElementById("account-force")!.textContent =
    found.in_force === undefined ? "" : t(found.in_force ? "js.phones.in_force" : "js.phones.not_yet");
  list.replaceChildren(...["server", "transport", "user", "password", "codecs"].flatMap((name) => {
    const word = document.createElement("dt"), value = document.createElement("dd");
    word.textContent = t(`js.phones.account.${name}`);
    value.textContent = found[name] ?? "";
    return [word, value];
  }));
  dialog.showModal();
  head.focus();
}

// -- what changes a telephone is asked again first ---------------------------------------------------------------
let chosen: HTMLElement | null = null;

function sure(line: HTMLElement, act: string): void {
  const asked = document.getElementById(`phone-${act}`) as HTMLDialogElement;
  chosen = line;
  asked.querySelector("[data-of]")!.textContent = line.dataset.phone!;
  asked.querySelector(".act-fault")!.textContent = "";
  asked.showModal();
}

const DO: Record<string, (line: HTMLElement, asked: HTMLDialogElement) => Promise<void>> = {
  renew: async (line, asked) => {
    const made = await ask<Account>("POST", pathOf(line, "/secret"), undefined, seen(line));
    anew = true;
    asked.close();
    show(made);
  },
  remove: async (line) => {
    await ask("DELETE", pathOf(line), undefined, seen(line));
    location.reload();
  },
};

const form = document.getElementById("phone-add-form") as HTMLFormElement | null;
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  void told(form.querySelector<HTMLElement>(".act-fault")!, async () => {
    const made = await ask<Account>("POST", "/api/phones", Object.fromEntries(new FormData(form)));
    anew = true;
    show(made);
  });
});

dialog.addEventListener("close", () => {
  dialog.querySelector("dl")!.replaceChildren();
  if (anew) location.assign("/phones");
});
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("button"), line = button?.closest<HTMLElement>("[data-phone]");
  if (!button) return;
  const said = line?.querySelector<HTMLElement>(".phone-said"), asked = button.closest("dialog");
  if (button.dataset.close !== undefined) dialog.close();
  else if (button.dataset.leave !== undefined) asked!.close();
  else if (button.dataset.do && chosen) void told(asked!.querySelector<HTMLElement>(".act-fault")!, () => DO[button.dataset.do!]!(chosen!, asked!));
  else if (line && button.dataset.where !== undefined) void where(line, said!);
  else if (line && button.dataset.changes !== undefined) void changes(line, said!);
  else if (line && button.dataset.sure) sure(line, button.dataset.sure);
  else if (line && button.dataset.account !== undefined) void told(said!, async () => show(await ask<Account>("POST", pathOf(line, "/account"))));
});
