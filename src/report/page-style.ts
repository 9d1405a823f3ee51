/** How a page of results looks, by day and by night. Charts stay on white. */
export const PAGE_STYLE = `
:root {
  --paper: #fdfdfc; --ink: #1f2328; --quiet: #5f6670; --line: #d6d9dd; --faint: #eef0f2; --best: #0a6b45;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  color: var(--ink); background: var(--paper);
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e4e6ea; --quiet: #9aa2ad; --line: #3a3f47; --faint: #24272d; --best: #6fd6a6; }
}
body { margin: 0; }
main { max-width: 68rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; }
h1 { font-size: 2.1rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0; overflow-wrap: anywhere; }
p { max-width: 44rem; margin: 1.25rem 0; }
.facts { margin: 0.35rem 0 0; color: var(--quiet); }
.note, figcaption, .reasons { color: var(--quiet); font-size: 0.875rem; }
.reasons { max-width: 44rem; padding-left: 1.1rem; }
figure { margin: 2rem 0; width: fit-content; max-width: 100%; }
figcaption { margin-top: 0.5rem; }
.card { background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: 0.5rem; overflow-x: auto; }
.card svg { display: block; max-width: 100%; height: auto; }
@media (max-width: 48rem) { .card svg { max-width: none; } }
.scroll { position: relative; margin: 2.5rem 0; overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--quiet); outline-offset: 4px; }
table { border-collapse: collapse; font-size: 0.875rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; font-size: 1.05rem; padding-bottom: 0.5rem; white-space: nowrap; }
caption small { font-weight: 400; font-size: 0.875rem; color: var(--quiet); margin-left: 0.5rem; }
th, td { padding: 0.22rem 0.85rem; text-align: left; white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; }
th { font-weight: 500; }
thead th { vertical-align: top; font-weight: 600; }
thead small { display: block; font-weight: 400; color: var(--quiet); }
thead { border-bottom: 1px solid var(--quiet); }
tbody tr + tr { border-top: 1px solid var(--faint); }
tfoot { border-top: 1px solid var(--quiet); }
.right { text-align: right; }
.none { color: var(--quiet); }
.best { color: var(--best); font-weight: 650; }
.star { position: absolute; }
@media print { .scroll, .card { overflow: visible; } figure, tr { break-inside: avoid; } }
`;
