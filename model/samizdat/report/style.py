"""The style sheet of a report's page, for light and dark, wide and narrow screens."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d2125; --soft: #5b646d; --paper: #fbfbfa;
  --card: #ffffff; --rule: #d9dde1; --warn: #8a4b00; --warn-paper: #fdf1df; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e6e8; --soft: #a2abb3; --paper: #16191c; --card: #1f2327; --rule: #3a4148;
    --warn: #f2c078; --warn-paper: #33270f; }
  figure img { filter: brightness(0.92); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
.name { margin: 0; color: var(--soft); font-family: ui-monospace, monospace; }
.note { color: var(--soft); font-size: .9rem; }
.warning { color: var(--warn); background: var(--warn-paper); padding: .5rem .8rem;
  border-left: 4px solid var(--warn); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr));
  gap: .15rem 2rem; margin: 0; font-size: .9rem; }
dl div { display: grid; grid-template-columns: 9rem 1fr; gap: .8rem; padding: .2rem 0;
  border-bottom: 1px solid var(--rule); }
dt { color: var(--soft); }
dd { margin: 0; }
figure { margin: 1rem 0 1.6rem; padding: 1rem; background: var(--card);
  border: 1px solid var(--rule); border-radius: 6px; }
figure img { display: block; width: 100%; height: auto; background: #ffffff; border-radius: 3px; }
figcaption { margin-top: .6rem; color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums;
  overflow-wrap: normal; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--rule); text-align: right;
  vertical-align: top; white-space: nowrap; }
th.words, td.words { text-align: left; white-space: normal; min-width: 4rem; max-width: 26rem; }
th { color: var(--soft); font-weight: 600; }
tbody tr:hover { background: var(--card); }
table.signs td, table.signs th { padding: .15rem .45rem; text-align: center; }
table.signs th { writing-mode: vertical-rl; overflow-wrap: normal; text-align: right;
  vertical-align: bottom; padding: .45rem .15rem; }
table.signs th.across { writing-mode: horizontal-tb; text-align: center; }
table.signs .group { border-left: 2px solid var(--rule); }
.plus { background: #1b6ca8; color: #ffffff; } .minus { background: #c4571a; color: #ffffff; }
.zero { background: var(--rule); } .undecided, .missing { color: var(--soft); }
pre, code { font-family: ui-monospace, monospace; font-size: .85rem; }
pre { padding: .7rem .9rem; background: var(--card); border: 1px solid var(--rule);
  border-radius: 6px; overflow-x: auto; white-space: pre-wrap; }
summary { cursor: pointer; color: var(--soft); padding: .3rem 0; }
@media (max-width: 40rem) {
  h1 { font-size: 1.3rem; }
  dl div { grid-template-columns: 1fr; gap: 0; }
  figure { padding: .6rem; margin-left: -.4rem; margin-right: -.4rem; } }
@media print { body { background: none; } figure { break-inside: avoid; } }
"""
