// Theme, size and language: kept in a cookie, so that the server draws the next page right at once.
const YEAR = 365 * 86400;

export function mindLook(): void {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.dataset.look) return;
    document.cookie = `${input.name}=${input.value}; path=/; max-age=${YEAR}; samesite=lax`;
    if (input.dataset.look === "language") location.reload();
    else document.documentElement.dataset[input.dataset.look] = input.value;
  });
}
