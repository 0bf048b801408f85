// The figures' page: the map with counts; a step chosen there is shown in the table.
import "./base";
import type { MapDocument } from "../menu/layout";
import { mountMap, type Counts } from "../menu/map";

const element = document.getElementById("figures-map");
if (element) {
  const { document: flow, counts } = JSON.parse(document.getElementById("figures-data")!.textContent!) as { document: MapDocument; counts: Counts };
  const map = mountMap(element, flow, { onSelect: choose });
  map.update(flow, "", counts);
  function choose(step: string): void {
    map.update(flow, step, counts);
    for (const row of document.querySelectorAll<HTMLElement>("[data-row]")) {
      const chosen = row.dataset.row === step;
      row.classList.toggle("is-chosen", chosen);
      if (chosen) row.scrollIntoView({ block: "nearest" });
    }
  }
}
