// The map is drawn by a library three times as heavy as the editor: whoever edits the list does not wait for it.
import { t } from "../texts";
import type { MapDocument } from "./layout";
import type { FlowMap } from "./map";

/** Return the map that is drawn as soon as its script is here, as it was last told to be; the page works without it. */
export function mapLater(element: HTMLElement, flow: MapDocument, hooks: { onSelect(step: string): void }): FlowMap {
  let map: FlowMap | undefined, last: Parameters<FlowMap["update"]> | undefined;
  void import("./map").then(({ mountMap }) => {
    map = mountMap(element, flow, hooks);
    if (last) map.update(...last);
  }).catch(() => { element.textContent = t("js.map.lost"); });
  return { update(...now) { last = now; map?.update(...now); } };
}
