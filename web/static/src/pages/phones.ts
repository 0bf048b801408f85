// The agents' telephones: where one is registered from is asked when wanted; an account is shown once and then gone.
import "./base";
import { ask, Refused } from "../http";
import { clock, t } from "../texts";

interface Contact { registered: boolean; address: string; program: string; until: number }
const dialog = document.getElementById("phone-account") as HTMLDialogElement;

async function where(line: HTMLElement): Promise<void> {
  const said = line.querySelector<HTMLElement>(".phone-said")!;
  try {
    const found = await ask<Contact>("GET", `/api/phones/${encodeURIComponent(line.dataset.phone!)}`);
    said.textContent = !found.registered ? t("js.phones.not") : t("js.phones.from", {
      address: found.address || "?", program: found.program || "?", until: found.until ? clock(found.until) : "?" });
  } catch (error) { said.textContent = (error as Refused).message; }
}

async function account(line: HTMLElement): Promise<void> {
  const said = line.querySelector<HTMLElement>(".phone-said")!;
  try {
    const found = await ask<Record<string, string>>("POST", `/api/phones/${encodeURIComponent(line.dataset.phone!)}/account`);
    const list = dialog.querySelector("dl")!, head = dialog.querySelector<HTMLElement>("h2")!;
    head.textContent = found.agent ?? "";
    list.replaceChildren(...["server", "transport", "user", "password", "codecs"].flatMap((name) => {
      const word = document.createElement("dt"), value = document.createElement("dd");
      word.textContent = t(`js.phones.account.${name}`);
      value.textContent = found[name] ?? "";
      return [word, value];
    }));
    dialog.showModal();
    head.focus();
  } catch (error) { said.textContent = (error as Refused).message; }
}

dialog.addEventListener("close", () => dialog.querySelector("dl")!.replaceChildren());
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-where], [data-account], [data-close]"), line = button?.closest<HTMLElement>("[data-phone]");
  if (button?.dataset.close !== undefined) dialog.close();
  else if (line && button!.dataset.where !== undefined) void where(line);
  else if (line) void account(line);
});
