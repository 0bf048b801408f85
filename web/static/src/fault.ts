// A form that cannot be sent: the same sentence stands by its button and below the field it is about, which has the focus.
let told = 0;

/** Put a sentence below the field of a box. */
export function point(box: HTMLElement, words: string): void {
  const line = document.createElement("span"), place = box.closest(".field") ?? box.parentElement!;
  line.className = "field-fault";
  line.id = `fault-${++told}`;
  line.textContent = words;
  place.append(line);
  box.setAttribute("aria-invalid", "true");
  box.dataset.described ??= box.getAttribute("aria-describedby") ?? "";
  box.setAttribute("aria-describedby", `${box.dataset.described} ${line.id}`.trim());
}

/** Take away what was said of a form and of its fields. */
export function forgive(form: HTMLElement): void {
  form.querySelector(".act-fault")?.replaceChildren();
  form.querySelectorAll(".field-fault").forEach((one) => one.remove());
  form.querySelectorAll<HTMLElement>("[aria-invalid]").forEach((one) => {
    one.removeAttribute("aria-invalid");
    if (one.dataset.described) one.setAttribute("aria-describedby", one.dataset.described); else one.removeAttribute("aria-describedby");
  });
}

/** Say what is wrong with a form; `box`: where. */
export function complain(form: HTMLElement, words: string, box?: HTMLElement | null): void {
  const fault = form.querySelector<HTMLElement>(".act-fault")!;
  forgive(form);
  fault.textContent = words;
  if (box) point(box, words);
  (box ?? fault).focus();
}
