// What every page does: htmx with the CSRF token, the chosen look, focus where the page wants it.
import htmx from "htmx.org";
import { csrf, spoken } from "./http";
import { mindLook } from "./look";
import { mindPhrases } from "./phrases";

document.addEventListener("htmx:configRequest", (event) => {
  Object.assign((event as CustomEvent).detail.headers, { "X-CSRF-Token": csrf(), ...spoken() });
});
for (const name of ["DOMContentLoaded", "htmx:afterSettle"]) document.addEventListener(name, () => focusFault());

function focusFault(): void {
  const fault = document.querySelector<HTMLElement>("[data-focus]");
  fault?.focus();
  fault?.removeAttribute("data-focus");
}

/** Open menus close when one clicks elsewhere, or by Esc. */
function closeMenus(except: EventTarget | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]"))
    if (!(except instanceof Node) || !menu.contains(except)) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(null); });

/** The box one is in is seen, also where the row of boxes is wider than the screen. */
function showBox(): void {
  const here = document.querySelector<HTMLElement>(".boxes [aria-current]"), row = here?.parentElement;
  if (here && row) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

/** On a narrow page the places fold under one button; without this script they all stand there. */
function mindPlaces(): void {
  const button = document.getElementById("nav-open"), nav = document.getElementById("nav");
  if (!button || !nav) return;
  const open = (on: boolean) => { button.setAttribute("aria-expanded", String(on)); nav.classList.toggle("is-open", on); };
  button.hidden = false;
  nav.classList.add("folds");
  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") === "false"));
  for (const part of [button, nav]) part.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") === "false") return;
    open(false);
    button.focus();
  });
}
mindLook();
mindPlaces();
showBox();
mindPhrases();
// an agent's microphone needs a secure address: said where one signs on, before anybody clicks
if (!window.isSecureContext) document.getElementById("notice-insecure")?.removeAttribute("hidden");
focusFault();
export { htmx };
