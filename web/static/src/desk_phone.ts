// A telephone on the desk: whether it has signed on is asked of the switch, so that nobody waits for a ring that cannot come.
import { check } from "./checks";
import { ask } from "./http";
import { clear, tell } from "./notices";
import { t } from "./texts";

const EVERY = 5000; // ms, as often as the switch itself asks the telephone

/** Ask now and again, and say what is known. */
export function mindDeskPhone(): void {
  void look();
  setInterval(() => void look(), EVERY);
}

async function look(): Promise<void> {
  let there: boolean | null = null, phone = "";
  try {
    ({ there, phone } = await ask<{ there: boolean | null; phone: string }>("GET", "/desk/telephone"));
  } catch { /* not known: said below */ }
  if (there === null) check("line", "unknown", t("js.deskphone.unknown"));
  else if (there) check("line", "good", t("js.deskphone.here"));
  else check("line", "bad", t("js.deskphone.away"));
  if (there === false) tell("deskphone", t("js.deskphone.what_to_do", { phone }), "fault");
  else clear("deskphone");
}
