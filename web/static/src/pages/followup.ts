// Follow-up: the call rings the agent's own phone first, then the citizen; the order opens to write down what they say.
import "./base";
import { ask, Refused } from "../http";

const page = document.getElementById("followup")!;

document.addEventListener("click", async (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-call]");
  if (!button) return;
  button.disabled = true;
  try {
    await ask("POST", `/api/follow-up/${button.dataset.call}/calls`, { agent: page.dataset.agent });
    location.assign(`/orders/${button.dataset.call}`);
  } catch (error) {
    button.closest("li")!.querySelector(".act-fault")!.textContent = (error as Refused).message;
    button.disabled = false;
  }
});
