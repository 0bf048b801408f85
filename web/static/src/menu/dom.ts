// Elements made in one line, as the editor's parts need them.
type Child = Node | string | null | undefined | false;
type Given = Record<string, string | number | boolean | ((event: never) => unknown) | undefined>;

/** Make an element. `on…` are listeners, true/false are attributes that are there or not, the rest attributes. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, given: Given = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

export function button(said: string, act: () => unknown, more: Given = {}): HTMLButtonElement {
  return el("button", { type: "button", class: "button small", onclick: () => void act(), ...more }, said);
}

/** A labelled control: above it the label, and what there is to know first. */
export function labelled(said: string, control: HTMLElement, hint = ""): HTMLLabelElement {
  return el("label", { class: "field" }, el("span", { class: "label" }, said), hint && el("span", { class: "hint" }, hint), control);
}
