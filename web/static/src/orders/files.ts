// Files of an order: each goes up by itself with how far it is; what is refused is told by its name.
import { csrf } from "../http";
import { t } from "../texts";

const LARGEST = 20 * 1024 * 1024; // bytes; the server's word is final

function line(list: HTMLElement, name: string): { bar: HTMLProgressElement; say: (words: string) => void } {
  const item = document.createElement("li"), label = document.createElement("span");
  const bar = document.createElement("progress"), said = document.createElement("span");
  label.textContent = name;
  bar.max = 1;
  bar.setAttribute("aria-label", name);
  said.className = "act-fault";
  item.append(label, bar, said);
  list.append(item);
  return { bar, say: (words) => { said.textContent = words; bar.remove(); } };
}

/** Send one file; true when it is there. */
export function upload(number: string, file: File, list: HTMLElement): Promise<boolean> {
  const { bar, say } = line(list, file.name);
  if (file.size > LARGEST) {
    say(t("js.files.too_large"));
    return Promise.resolve(false);
  }
  return new Promise((done) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `/api/work-orders/${number}/attachments?name=${encodeURIComponent(file.name)}`);
    sending.setRequestHeader("X-CSRF-Token", csrf());
    sending.setRequestHeader("Idempotency-Key", crypto.randomUUID().replaceAll("-", ""));
    sending.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    sending.timeout = 300_000;
    sending.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
    const fail = (words: string): void => { say(words); done(false); };
    sending.onerror = sending.ontimeout = () => fail(t("js.files.cut"));
    sending.onload = () => {
      if (sending.status < 300) return done(true);
      let told: { detail?: string; fix?: string } = {};
      try { told = JSON.parse(sending.responseText); } catch { /* no problem document: said in our own words */ }
      fail([told.detail, told.fix].filter(Boolean).join(" ") || t("js.files.cut"));
    };
    sending.send(file);
  });
}
