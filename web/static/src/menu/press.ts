// What is being pressed is not drawn anew under the finger: the button would be another when it is let go, and do nothing.

export class Press {
  private held = false;
  private readonly due = new Map<string, () => void>();

  constructor(root: HTMLElement) {
    root.addEventListener("pointerdown", () => { this.held = true; }, true);
    root.addEventListener("keydown", (event) => { if (event.key === " " && (event.target as Element).matches("button, summary")) this.held = true; }, true);
    addEventListener("click", () => { this.held = false; }, true); // what the press does draws at once
    for (const end of ["pointerup", "pointercancel", "keyup"]) addEventListener(end, () => setTimeout(() => this.letGo()), true);
    addEventListener("blur", () => this.letGo()); // the window's own: a press does not end elsewhere
  }

  /** Draw a part now, or, while something is pressed, once it is let go. */
  draw(part: string, work: () => void): void {
    if (this.held) { this.due.set(part, work); return; }
    this.due.delete(part);
    work();
  }

  private letGo(): void {
    this.held = false;
    for (const [part, work] of [...this.due]) this.draw(part, work);
  }
}
