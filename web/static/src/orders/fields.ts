// What stands in an act's form, as the API wants it; and what was typed, kept until the act is done.
type Box = HTMLInputElement | HTMLSelectElement;

export function boxes(form: HTMLFormElement): Box[] {
  return [...form.querySelectorAll<Box>("[data-field]")];
}

const READ: Record<string, (box: Box, data: Record<string, unknown>, name: string, form: HTMLFormElement) => void> = {
  yes: (box, data, name) => { data[name] = (box as HTMLInputElement).checked; },
  made: (_box, data, name) => { data[name] = `person:${crypto.randomUUID()}`; },
  yes_no: (box, data, name) => { if ((box as HTMLInputElement).checked) data[name] = box.value === "true"; },
  radio: (box, data, name) => { if ((box as HTMLInputElement).checked) data[name] = box.value; },
  choices: (box, data, name) => { if ((box as HTMLInputElement).checked) data[name] = [...((data[name] as string[]) ?? []), box.value]; },
  units: (box, data, name) => { data[name] = [...(box as HTMLSelectElement).selectedOptions].map((one) => one.value); },
  term: (box, data, name, form) => { data[name] = { amount: Number(box.value), unit: form.querySelector<HTMLSelectElement>("[data-term-unit]")!.value }; },
  moment: (box, data, name) => { if (box.value) data[name] = new Date(box.value).getTime() / 1000; },
  class: (box, data, name) => {
    const [first = "", second = "", third = ""] = box.value.split("/").map((level) => level.trim());
    if (first && box.value !== (box as HTMLInputElement).defaultValue) data[name] = { first, second, third };
  },
  district: (box, data, name) => part(box, data, name, "district"),
  street: (box, data, name) => part(box, data, name, "street"),
  request: (box, data, name) => { if (box.value) data[name] = Number(box.value); },
  clock: (box, data) => {
    const chosen = (box as HTMLSelectElement).selectedOptions[0];
    if (chosen?.value) Object.assign(data, { clock: chosen.value, whom: chosen.dataset.whom, due: Number(chosen.dataset.due) });
  },
  choice: (box, data, name) => { if (box.value) data[name] = /^\d+$/.test(box.value) ? Number(box.value) : box.value; },
};

function part(box: Box, data: Record<string, unknown>, name: string, key: string): void {
  const whole = box.form!.querySelectorAll<HTMLInputElement>(`[data-field="${name}"]`);
  if ([...whole].every((one) => one.value === one.defaultValue)) return; // unchanged: not said
  data[name] = { ...((data[name] as object) ?? {}), [key]: box.value.trim() };
}

/** Return the act's data as the form has it. */
export function dataOf(form: HTMLFormElement): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const box of boxes(form)) {
    const read = READ[box.dataset.kind!];
    if (read) read(box, data, box.dataset.field!, form);
    else if (box.value.trim()) data[box.dataset.field!] = box.value.trim();
  }
  return data;
}

/** Return the first box that must be filled in and is not, with the name its label gives it. */
export function lacking(form: HTMLFormElement): { box: HTMLElement; label: string } | null {
  for (const box of form.querySelectorAll<Box | HTMLTextAreaElement>("[required]")) {
    const bare = box instanceof HTMLInputElement && box.type === "radio"
      ? !form.querySelector(`[name="${CSS.escape(box.name)}"]:checked`) : !box.value.trim();
    if (bare) return { box, label: labelOf(box) };
  }
  return null;
}

export function labelOf(box: HTMLElement): string {
  return box.closest(".field")?.querySelector(".label")?.firstChild?.textContent?.trim() ?? "";
}

// -- drafts ---------------------------------------------------------------------------------------------------------
type Kept = [string, boolean][];

function typed(form: HTMLFormElement): (Box | HTMLTextAreaElement)[] {
  return [...form.querySelectorAll<Box | HTMLTextAreaElement>("input:not([type=hidden]), select:not([multiple]), textarea")];
}

function place(form: HTMLFormElement, number: string): string {
  return `order:${number}:${form.dataset.do}:${form.dataset.about}`;
}

export function keep(form: HTMLFormElement, number: string): void {
  const kept: Kept = typed(form).map((box) => [box.value, box instanceof HTMLInputElement && box.checked]);
  sessionStorage.setItem(place(form, number), JSON.stringify(kept));
}

export function forget(form: HTMLFormElement, number: string): void {
  sessionStorage.removeItem(place(form, number));
}

/** Put back what was typed before; true if there was something. */
export function restore(form: HTMLFormElement, number: string): boolean {
  const kept = JSON.parse(sessionStorage.getItem(place(form, number)) ?? "[]") as Kept, there = typed(form);
  if (!kept.length || kept.length !== there.length) return false;
  there.forEach((box, index) => {
    const [value, checked] = kept[index]!;
    if (box instanceof HTMLInputElement && ["radio", "checkbox"].includes(box.type)) box.checked = checked;
    else box.value = value;
  });
  return true;
}
