// What every page does: htmx with the CSRF token, the chosen look, focus where the page wants it.
import htmx from "htmx.org";
import { csrf, spoken } from "./http";
import { mindLook } from "./look";

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
mindLook();
// an agent's microphone needs a secure address: said where one signs on, before anybody clicks
if (!window.isSecureContext) document.getElementById("notice-insecure")?.removeAttribute("hidden");
focusFault();
export { htmx };
