// Function keys act on the bar, also while an input method composes; letters never do.
const LOCK = 1000; // ms after a hang-up in which F9 and F2 do nothing
let lockedUntil = 0;

export function lockKeys(): void { lockedUntil = performance.now() + LOCK; }

function name(event: KeyboardEvent): string {
  if (event.key === "Enter" && event.ctrlKey) return "Ctrl+Enter";
  return `${event.shiftKey ? "Shift+" : ""}${event.key}`;
}

/** Have keys do what the bar's buttons do. `submit` is Ctrl+Enter, `list` shows the keys, `close` is Esc. */
export function mindKeys(run: { submit(): void; list(): void; close(): void }): void {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey) return;
    const key = name(event);
    if (key === "F1") { event.preventDefault(); run.list(); return; }
    if (key === "Escape") { run.close(); return; }
    if (key === "Ctrl+Enter") { if (!event.isComposing && event.keyCode !== 229) { event.preventDefault(); run.submit(); } return; }
    if (!/^(Shift\+)?F\d+$/.test(key)) return;
    const button = document.querySelector<HTMLButtonElement>(`#callbar [data-key="${key}"]`);
    if (!button) return;
    event.preventDefault();
    if (event.repeat || ((key === "F9" || key === "F2") && performance.now() < lockedUntil)) return;
    button.click();
  }, { capture: true });
}
