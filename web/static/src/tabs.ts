// One tab owns the sound: the browser's own lock decides, so that a closed or crashed tab never keeps it.
const NAME = "hotline-desk-sound";

/** Become the owner if nobody is; `steal`: take it from the tab that has it. `lost` is called when it is taken. */
export async function own(steal: boolean, lost: () => void): Promise<boolean> {
  if (!navigator.locks) return true; // no secure context: there is no microphone either
  return new Promise((decided) => {
    const wish: LockOptions = steal ? { steal: true } : { ifAvailable: true };
    navigator.locks.request(NAME, wish, (lock) => {
      decided(lock !== null);
      return lock === null ? Promise.resolve() : new Promise<void>(() => undefined); // kept as long as the page lives
    }).catch(() => lost()); // stolen
  });
}

/** Become the owner if nobody is, unless the page's first script has already found out whether it is (pages/desk_first.ts). */
export async function ownAtFirst(lost: () => void): Promise<boolean> {
  const early = window.hotlineEarly;
  if (!early) return own(false, lost);
  early.onLost = lost;
  return (await early.owned) && !early.lost;
}

const TALK = "desk.talk"; // which talk this browser was in, and when
const RETURN = 60; // s for which that holds

/** Tell whether this browser was in a talk a moment ago: its ring is answered by itself. */
export function wasIn(call: string): boolean {
  const [last, at] = (localStorage.getItem(TALK) ?? "").split(" ");
  return last === call && Date.now() / 1000 - Number(at) < RETURN;
}

/** Note that this browser is in a talk; "": in none. */
export function isIn(call: string): void {
  if (call) localStorage.setItem(TALK, `${call} ${Date.now() / 1000}`); else localStorage.removeItem(TALK);
}
