/** The one stylesheet; its address changes with its text, so that it may be kept for ever. */
import { createHash } from 'node:crypto';
import { PRINT } from './style-print.js';

const TOKENS = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --wash: #f3f6f9; --ink: #16222e; --soft: #51606e; --line: #d6dee6; --rule: #16222e;
  --accent: #00599d; --accent-wash: #e4eff8; --alert: #a3290f; --silent: #8a5300; --callout: #fdf4e3;
  --completed: #0e6b58; --in_progress: #2f80c2; --planned: #8dbde4; --proposed: #c3cfda; --on_hold: #dd9f2f;
  --discontinued: #84757e;
  --heat-1: #e3eef8; --heat-2: #bfdaf0; --heat-3: #86b9e0; --heat-4: #1f6cab; --heat-5: #0b3f6f;
  --on-heat-1: #16222e; --on-heat-3: #0b1620; --on-heat-4: #ffffff;
  --sans: ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", "Noto Sans", "Open Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #10181f; --wash: #18232c; --ink: #e5ebf0; --soft: #a4b2be; --line: #2d3b47; --rule: #5b6c7a;
    --accent: #86c3f4; --accent-wash: #1b3346; --alert: #ff9d85; --silent: #efbb6b; --callout: #2a2316;
    --completed: #39b193; --in_progress: #3f8fd3; --planned: #a5cdee; --proposed: #566673; --on_hold: #e2ab47;
    --discontinued: #93838d;
    --heat-1: #17293a; --heat-2: #1f4160; --heat-3: #2a628f; --heat-4: #7db8e8; --heat-5: #c2e0f7;
    --on-heat-1: #e5ebf0; --on-heat-3: #ffffff; --on-heat-4: #10181f;
  }
}`;

const BASE = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--sans);
  font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
.wrap { max-width: 80rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2.5rem); }
a { color: var(--accent); text-underline-offset: 0.18em; text-decoration-thickness: 1px;
  text-decoration-color: color-mix(in srgb, currentColor 40%, transparent); }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
h1, h2 { line-height: 1.15; letter-spacing: -0.015em; text-wrap: balance; margin: 0; }
h1 { font-size: clamp(1.75rem, 1.2rem + 2.2vw, 2.75rem); font-weight: 700; letter-spacing: -0.025em; max-width: 24em; }
h2 { font-size: 1.375rem; font-weight: 650; margin-bottom: 1rem; }
h2 a { color: inherit; }
h3 { font-size: 1.0625rem; font-weight: 650; margin: 0 0 0.25rem; }
.framework { margin-top: 2rem; }
.framework caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
p { margin: 0 0 1rem; max-width: 70ch; text-wrap: pretty; }
ul, ol, dl, dd, figure, blockquote { margin: 0; padding: 0; }
ul, ol { list-style: none; }
small { font-size: 0.8125rem; color: var(--soft); }
section { margin-top: 3.5rem; }
.code { font-family: var(--mono); font-size: 0.8125em; color: var(--soft); white-space: nowrap; }
a.code { color: var(--accent); }
.note { color: var(--soft); font-size: 0.875rem; }
.hidden, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip:focus { position: absolute; left: 1rem; top: 0.5rem; padding: 0.5rem 1rem; background: var(--paper); z-index: 1; }
.print-only { display: none; }
button, input, select { font: inherit; font-size: 0.9375rem; color: inherit; background: var(--paper);
  border: 1px solid var(--soft); border-radius: 4px; min-height: 2.25rem; padding: 0.25rem 0.6rem; max-width: 100%; }
::placeholder { color: var(--soft); opacity: 1; }
button { background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 600; cursor: pointer;
  padding-inline: 1rem; }
summary { cursor: pointer; color: var(--accent); }`;

const FRAME = `
.masthead { border-top: 4px solid var(--accent); }
.masthead .wrap { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 2.5rem; padding-block: 0.9rem; }
.brand { display: inline-flex; align-items: center; gap: 0.6rem; color: var(--ink); font-weight: 700; font-size: 1.125rem;
  letter-spacing: -0.01em; text-decoration: none; }
.brand .tick, .brand .thread { fill: none; stroke: var(--accent); stroke-width: 4; }
.brand .thread { stroke: var(--line); }
.masthead nav ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; }
.masthead nav a { display: block; padding: 0.35rem 0; color: var(--ink); text-decoration: none; font-size: 0.9375rem;
  border-bottom: 2px solid transparent; }
.masthead nav a:hover { border-color: var(--line); }
.masthead nav a[aria-current] { border-color: var(--accent); font-weight: 600; }
.clock { background: var(--wash); border-block: 1px solid var(--line); font-size: 0.9375rem; }
.clock .wrap { display: flex; flex-wrap: wrap; gap: 0.6rem 2rem; align-items: center; padding-block: 0.65rem; }
.clock form { display: flex; gap: 0.5rem; align-items: center; }
.clock label { font-weight: 650; }
.clock nav { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; align-items: baseline; }
.clock nav > span { color: var(--soft); }
.clock nav ul { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; }
.clock [aria-current] { color: var(--ink); font-weight: 650; text-decoration: none; }
.clock .known { flex-basis: 100%; max-width: none; margin: 0; color: var(--silent); }
.notice { background: var(--callout); border-bottom: 1px solid var(--line); font-size: 0.9375rem; padding-block: 0.7rem; }
.notice p { margin: 0; max-width: none; }
.notice a { white-space: nowrap; }
.preparing { display: grid; gap: 1.25rem; }
.preparing dt { font-weight: 600; }
.preparing progress { width: min(24rem, 100%); height: 0.9rem; accent-color: var(--accent); margin-right: 0.75rem; }
.states thead th:first-child { width: 32%; }
.states + .states { margin-top: 2rem; }
.kept li { margin-top: 0.4rem; }
.head + p { margin-top: 2rem; }
.head { padding-top: clamp(1.75rem, 4vw, 3.5rem); }
.eyebrow { color: var(--soft); font-size: 0.9375rem; margin-bottom: 0.6rem; }
.eyebrow a { color: inherit; }
.lead { font-size: 1.125rem; color: var(--soft); margin-top: 1rem; }
.lead strong { color: var(--ink); }
.lead p { margin-bottom: 0; }
.lead p::first-letter { text-transform: uppercase; }
.state { font-size: 0.9375rem; color: var(--soft); margin: 1.25rem 0 0.15rem; }
.state strong { color: var(--ink); font-weight: 600; }
.take { display: flex; flex-wrap: wrap; gap: 0 1.5rem; font-size: 0.9375rem; color: var(--soft); }
.take details[open] { flex-basis: 100%; }
.cite { padding: 0.75rem 0 0 1rem; border-left: 3px solid var(--line); margin-top: 0.5rem; }
.cite blockquote { color: var(--ink); overflow-wrap: anywhere; user-select: all; max-width: 90ch; }
.foot { margin-top: 5rem; border-top: 1px solid var(--line); background: var(--wash); font-size: 0.9375rem;
  color: var(--soft); padding-block: 1.75rem 2rem; }
.foot p:last-child { margin: 0; }
main { padding-bottom: 1rem; }`;

const FIGURES = `
.headline { margin-top: 2.5rem; }
.headline dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); gap: 1.5rem 2rem; }
.headline dl > div { border-top: 2px solid var(--rule); padding-top: 0.7rem; }
.headline dt { font-weight: 600; }
.headline dd { font-size: clamp(2.25rem, 1.8rem + 1.6vw, 3.25rem); line-height: 1.1; font-weight: 650; letter-spacing: -0.03em; }
.headline dd a { text-decoration: none; color: var(--ink); }
.headline dd a:hover { color: var(--accent); text-decoration: underline; }
.headline dd.of { font-size: 0.9375rem; line-height: 1.4; font-weight: 400; letter-spacing: 0; color: var(--soft); margin-top: 0.25rem; }
.headline dd.of a { color: inherit; text-decoration: underline; text-decoration-thickness: 1px; }
.headline > .bar { height: 1.75rem; margin-top: 2rem; }
.nil { color: var(--soft); }
.bar { display: block; min-width: 4rem; }
.bar rect { stroke: var(--paper); stroke-width: 0.75px; height: 100%; }
rect.completed { fill: var(--completed); } rect.in_progress { fill: var(--in_progress); }
rect.planned { fill: var(--planned); } rect.proposed { fill: var(--proposed); }
rect.on_hold { fill: var(--on_hold); } rect.discontinued { fill: var(--discontinued); }
.stage::before { content: ""; display: inline-block; width: 0.75em; height: 0.75em; margin-right: 0.45em; border-radius: 2px;
  background: var(--mark); vertical-align: -0.02em; print-color-adjust: exact; }
.stage.completed { --mark: var(--completed); } .stage.in_progress { --mark: var(--in_progress); }
.stage.planned { --mark: var(--planned); } .stage.proposed { --mark: var(--proposed); }
.stage.on_hold { --mark: var(--on_hold); } .stage.discontinued { --mark: var(--discontinued); }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.4rem; font-size: 0.875rem; color: var(--soft); margin-bottom: 0.75rem; }
.legend.figures { margin-top: 0.7rem; font-size: 0.9375rem; }
.legend.figures a { font-weight: 600; }
.stale-line::before { content: ""; display: inline-block; width: 1.5em; border-top: 2px dotted var(--ink);
  margin-right: 0.45em; vertical-align: 0.25em; }
.chart svg { display: block; width: 100%; height: auto; }
.chart text { font-family: var(--sans); font-size: 13px; }
.chart .narrow { display: none; }
figcaption { color: var(--soft); font-size: 0.875rem; margin-block: 0.75rem; max-width: 80ch; }
.callout { background: var(--callout); border-left: 4px solid var(--on_hold); padding: 1.25rem 1.5rem; margin-top: 2.5rem; }
.callout h2 { margin-bottom: 0.5rem; }
.choices { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12.5rem, 100%), 1fr)); gap: 0.75rem; }
.choices li { display: flex; }
.choices a { flex: 1; background: var(--paper); padding: 0.7rem 0.9rem; border-radius: 4px; text-decoration: none;
  border: 1px solid var(--line); font-size: 0.875rem; line-height: 1.4; color: var(--soft); }
.choices a:hover { border-color: var(--accent); }
.choices strong { display: block; color: var(--accent); font-size: 1rem; }
.choices span { display: block; }`;

const TABLES = `
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9375rem; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.75rem 0.5rem 0; font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-size: 0.8125rem; line-height: 1.3; color: var(--soft); vertical-align: bottom; border-bottom: 2px solid var(--rule); }
thead th:has(small) { min-width: 6.5rem; }
thead small { display: block; font-size: 0.75rem; }
tbody tr { border-bottom: 1px solid var(--line); }
tbody tr:hover { background: var(--wash); }
.n { text-align: right; white-space: nowrap; }
thead .n { white-space: normal; }
.day { white-space: nowrap; }
td.date { white-space: nowrap; font-size: 0.875rem; color: var(--soft); }
.breakdown tbody th { min-width: 15rem; max-width: 24rem; }
.breakdown .of-bar { width: 20%; min-width: 7rem; padding-top: 0.7rem; }
.breakdown .code { white-space: normal; overflow-wrap: anywhere; }
.breakdown.brief .of-bar { width: 45%; }
.breakdown tbody th .code { display: inline-block; }
.depth-1 { padding-left: 1.25rem; } .depth-2 { padding-left: 2.5rem; } .depth-3 { padding-left: 3.75rem; }
.commitments { margin-bottom: 2rem; table-layout: fixed; }
.commitments thead th:first-child { width: 44%; }
.commitments thead th:last-child { width: 20%; }
.commitments caption { font-size: 1rem; }
.commitments tbody th a { font-weight: 550; }
.ordered thead a { color: inherit; }
.ordered thead th[aria-sort] { color: var(--ink); }
.rising::after, .falling::after { content: ""; display: inline-block; margin-left: 0.35em; vertical-align: 0.1em;
  border-inline: 0.3em solid transparent; border-bottom: 0.45em solid currentColor; }
.falling::after { border-bottom: 0; border-top: 0.45em solid currentColor; }
mark { background: var(--callout); color: inherit; border-bottom: 2px solid var(--on_hold); }
.standing span { display: block; font-size: 0.875rem; color: var(--soft); }
.alert, .standing .alert { color: var(--alert); font-weight: 600; }
.silent, .standing .silent { color: var(--silent); }
.who { font-size: 0.875rem; }
.outcomes tbody th { width: 62%; }
.linked tbody th { width: 40%; }
.linked td p { margin: 0; max-width: none; }
.table + p { margin-top: 1.5rem; }
.as-read + h2 { margin-top: 2.75rem; }
.stage small { color: inherit; opacity: 0.85; }
.equation { width: auto; margin-bottom: 1.25rem; }
.equation th { padding-right: 2rem; }
.equation strong a { color: var(--ink); }
.equation td:last-child { color: var(--soft); font-size: 0.9375rem; padding-left: 0.5rem; }
.equation .n { font-size: 1.25rem; line-height: 1.25; }
.equation .total, .stages .total { border-top: 2px solid var(--rule); }
.stages, .due { width: auto; min-width: min(24rem, 100%); margin-bottom: 2rem; }
.stages .same { background: var(--wash); color: var(--soft); }
.stages :is(th, td) { padding-inline: 0.5rem; }
.stages :is(th, td):first-child { padding-left: 0; }
.stages .stage { white-space: nowrap; }
.changed .step { display: block; }
.why-list { font-size: 0.875rem; }
.pager { display: flex; gap: 1.5rem; margin-top: 1rem; }`;

const PARTS = `
.filters { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 100%), 1fr)); gap: 0.75rem 1.25rem; align-items: end; }
form.filters { margin-block: 2rem 2.25rem; padding-block: 1.1rem; border-block: 1px solid var(--line); }
.filters label { display: flex; flex-direction: column; gap: 0.15rem; min-width: 0; }
.filters label span { font-size: 0.8125rem; color: var(--soft); }
.filters select, .filters input { width: 100%; text-overflow: ellipsis; }
.filters details, .filters .search, .boxes { grid-column: 1 / -1; }
.boxes { display: flex; flex-wrap: wrap; gap: 0.35rem 1.5rem; border: 0; padding: 0; margin: 0; min-width: 0; }
.boxes legend { font-size: 0.8125rem; color: var(--soft); padding: 0; margin-bottom: 0.35rem; }
.filters .boxes label { flex-direction: row; align-items: center; gap: 0.45rem; }
.filters .boxes input { width: 1.15rem; height: 1.15rem; min-height: 0; flex: none; margin: 0; }
.filters .boxes span { font-size: 0.9375rem; color: var(--ink); }
.filters details .filters { margin-top: 0.75rem; }
.filters .act { margin: 0; display: flex; gap: 1rem; align-items: center; }
.filters > button { justify-self: start; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 20rem; gap: 2rem 4rem; }
.facts { font-size: 0.9375rem; margin-top: 2.5rem; display: grid; gap: 1.25rem; }
.facts > div { border-top: 1px solid var(--line); padding-top: 0.6rem; }
.facts dt { font-size: 0.8125rem; color: var(--soft); }
.facts li { margin-top: 0.2rem; }
.quote { display: block; }
.stands { margin-top: 2.5rem; border-top: 2px solid var(--rule); padding-top: 1rem; }
.stands p { margin-bottom: 0.4rem; }
.stands .big { display: flex; flex-wrap: wrap; gap: 0.2rem 1.5rem; font-size: 1.375rem; font-weight: 600; margin-bottom: 0.6rem; }
.source { font-size: 0.875rem; color: var(--soft); }
.history > li { position: relative; padding: 0 0 2rem 1.75rem; border-left: 2px solid var(--line); margin-left: 0.4rem; }
.history > li:last-child { padding-bottom: 0; }
.history > li::before { content: ""; position: absolute; left: -0.5rem; top: 0.35rem; width: 0.9rem; height: 0.9rem;
  border-radius: 50%; background: var(--paper); border: 2px solid var(--soft); }
.history > li.holds::before { background: var(--accent); border-color: var(--accent); }
.history p { margin-bottom: 0.3rem; }
.said { font-weight: 600; }
.holding { font-size: 0.8125rem; color: var(--accent); background: var(--accent-wash); padding: 0.1rem 0.5rem; border-radius: 3px;
  margin-left: 0.4rem; white-space: nowrap; }
.clocks { display: flex; flex-wrap: wrap; gap: 0.15rem 1.75rem; font-size: 0.875rem; margin-top: 0.4rem; }
.clocks > div { display: flex; gap: 0.4rem; }
.clocks dt { color: var(--soft); }
.why { background: var(--callout); border-left: 3px solid var(--on_hold); padding: 0.5rem 0.8rem; margin-top: 0.6rem; font-size: 0.9375rem; }
.how dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: 1.5rem 3rem; }
.how dt { font-weight: 650; }
.how dd { color: var(--soft); font-size: 0.9375rem; }
.roles { margin-top: 1rem; }`;

const LIFE = `
.finding::before { content: ""; display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.45em; border-radius: 50%;
  background: var(--mark); vertical-align: -0.02em; print-color-adjust: exact; }
.finding { white-space: nowrap; }
.finding.documented { --mark: var(--in_progress); } .finding.corroborated { --mark: var(--completed); }
.finding.no_evidence { --mark: var(--on_hold); } .finding.contested { --mark: var(--alert); }
.outlook { white-space: nowrap; color: var(--soft); }
.stage + .outlook::before { content: "· "; }
.outlook.at_risk { color: var(--silent); } .outlook.off_track { color: var(--alert); }
.asked, .later { color: var(--silent); font-size: 0.8125rem; }
.spread, .ended-mark, .asked-for { display: block; }
.spread, .ended-mark { font-size: 0.8125rem; color: var(--soft); }
details.reading { font-size: 0.875rem; margin-top: 0.15rem; }
details.reading summary { color: inherit; width: fit-content; }
details.reading p { margin: 0.35rem 0 0; border-left: 2px solid var(--line); padding-left: 0.6rem; }
.found { font-weight: 600; margin-bottom: 0.2rem; }
.found time { font-weight: 400; color: var(--soft); font-size: 0.875rem; }
.both { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem 2rem; margin-top: 1.25rem; }
.both > div { background: var(--wash); padding: 0.75rem 1rem; border-top: 2px solid var(--line); }
.both dt { font-size: 0.8125rem; color: var(--soft); margin-bottom: 0.25rem; }
.both p, .parts p, .told p, .claims p, .took-over p { margin-bottom: 0.3rem; }
.parts { table-layout: fixed; margin-bottom: 1rem; }
.parts thead th:first-child { width: 24%; }
.parts.read thead th:first-child { width: 17%; }
.parts tbody th small { display: block; }
section > h3 { margin-top: 1.5rem; }
.declined li, .took-over li { margin-top: 0.5rem; }
.told thead th:first-child { width: 24%; }
.told thead th:last-child { width: 40%; }
.matter + .matter { margin-top: 1.75rem; }
.claims { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 1rem; margin-top: 0.5rem; }
.claims li { background: var(--wash); padding: 0.75rem 1rem; border-top: 2px solid var(--line); }
.apart { margin-block: 0.75rem; color: var(--soft); font-size: 0.9375rem; }
.members { columns: 20rem 2; column-gap: 3rem; }
.members li { break-inside: avoid; padding-block: 0.2rem; }
del { color: var(--soft); text-decoration-thickness: 1px; }
del :is(.source, .stage, a) { color: inherit; text-decoration: inherit; }
ins { text-decoration: none; background: var(--accent-wash); padding: 0 0.2em; border-radius: 2px; }
del .source, ins .source { display: inline; }
.retracted::before { border-style: dashed !important; }
.blanked { color: var(--soft); font-style: italic; border: 1px dashed var(--soft); padding: 0 0.35em; border-radius: 3px; }
.facts .source { font-size: 0.8125rem; margin-bottom: 0.25rem; }
.history > li:target { background: var(--wash); }
.why p { margin-bottom: 0; }`;

const HEAT = `
.table.heat { position: relative; overflow: auto; max-height: min(85vh, 60rem); border: 1px solid var(--line); width: fit-content; max-width: 100%; }
.matrix { width: auto; border-collapse: separate; border-spacing: 0; }
.matrix caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.matrix :is(th, td) { padding: 0; border-bottom: 1px solid var(--line); }
.matrix tbody tr:hover { background: none; }
.matrix thead th { position: sticky; top: 0; z-index: 2; background: var(--paper); padding: 0.5rem 0.4rem; }
.matrix :is(thead, tbody, tfoot) th:first-child { position: sticky; left: 0; z-index: 1; background: var(--paper);
  min-width: 15rem; max-width: 22rem; padding: 0.3rem 0.75rem; font-size: 0.875rem; line-height: 1.3; vertical-align: middle; border-right: 1px solid var(--line); }
.matrix thead th:first-child { z-index: 3; }
.matrix .turned a { display: block; writing-mode: vertical-rl; transform: rotate(180deg); max-height: 12rem; max-width: 3.4rem;
  overflow: hidden; line-height: 1.15; margin-inline: auto; color: inherit; }
.matrix td { min-width: 2.75rem; text-align: center; vertical-align: middle; border-left: 1px solid var(--paper); }
.matrix td a, .matrix td .nil { display: block; padding: 0.4rem 0.3rem; text-decoration: none; color: inherit; }
.matrix td a:hover { text-decoration: underline; }
.matrix td a:focus-visible { outline-offset: -3px; outline-color: currentColor; }
.matrix .all { background: var(--wash); font-weight: 600; }
.matrix tbody th .code { margin-left: 0.4em; }
.matrix tfoot :is(th, td) { border-top: 2px solid var(--rule); }
.heats { gap: 0.2rem 0.5rem; align-items: center; margin-top: 1.5rem; }
.heats span { display: inline-block; padding: 0.1rem 0.7rem; min-width: 2.5rem; text-align: center; }
.heat-1 { background: var(--heat-1); color: var(--on-heat-1); } .heat-2 { background: var(--heat-2); color: var(--on-heat-1); }
.heat-3 { background: var(--heat-3); color: var(--on-heat-3); } .heat-4 { background: var(--heat-4); color: var(--on-heat-4); }
.heat-5 { background: var(--heat-5); color: var(--on-heat-4); }
.kinds ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; border-bottom: 1px solid var(--line); margin-top: 2rem; }
.kinds a { display: block; padding: 0.4rem 0; text-decoration: none; border-bottom: 3px solid transparent; margin-bottom: -1px; }
.kinds [aria-current] { color: var(--ink); font-weight: 600; border-color: var(--accent); }
.kinds + form.filters { margin-top: 0; border-top: 0; }
.coverage .of-bar { min-width: 7rem; width: 22%; padding-top: 0.7rem; }
rect.none { fill: var(--line); }
.outcomes .of-bar { width: 12%; min-width: 6rem; padding-top: 0.7rem; }
.outcomes:not(.brief):has(.of-bar) tbody th { width: 48%; }
.pairs tbody th { min-width: 11rem; }
.pairs .on-what { width: 45%; font-size: 0.875rem; }`;

const NARROW = `
@media screen and (max-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
@media screen and (max-width: 70rem) { .breakdown .by-stage { display: none; } }
@media screen and (max-width: 44rem) {
  .masthead nav ul { gap: 0 1.1rem; }
  .chart .wide { display: none; }
  .chart .narrow { display: block; }
  .headline dl { grid-template-columns: 1fr 1fr; gap: 1.25rem 1rem; }
  .breakdown thead, .commitments thead, .outcomes thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .breakdown, .commitments, .outcomes, :is(.breakdown, .commitments, .outcomes) :is(tbody, tr, th, td, caption) { display: block; width: auto; }
  :is(.breakdown, .commitments, .outcomes) tbody tr { padding-block: 0.6rem; }
  :is(.breakdown, .commitments, .outcomes) tbody :is(th, td) { padding: 0.1rem 0; max-width: none; text-align: left; }
  .commitments.ordered thead { position: static; width: auto; height: auto; clip-path: none; display: block; }
  .ordered thead tr { display: flex; flex-wrap: wrap; gap: 0 1rem; }
  .commitments.ordered thead th { width: auto; border: 0; padding: 0.15rem 0; }
  .outcomes tbody th { width: auto; }
  .breakdown tbody tr { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; }
  .breakdown tbody th, .breakdown .of-bar, .breakdown.brief .of-bar { grid-column: 1 / -1; width: auto; }
  .breakdown .of-bar { padding-block: 0.35rem; order: 1; }
  .breakdown td { order: 2; font-size: 0.875rem; }
  [data-label]::before { content: attr(data-label) " "; color: var(--soft); }
  .both { grid-template-columns: minmax(0, 1fr); }
  .matrix :is(thead, tbody, tfoot) th:first-child { min-width: 6.5rem; max-width: 7.5rem; padding-inline: 0.5rem; font-size: 0.8125rem; }
  .matrix tbody th:has(.code) .name { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .pairs td.on-what { grid-column: 1 / -1; order: 3; width: auto; }
  .parts thead, .told thead, .states thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  :is(.parts, .told, .states), :is(.parts, .told, .states) :is(tbody, tr, th, td) { display: block; width: auto; }
  .states caption:not(.hidden) { display: block; }
  :is(.parts, .told, .states) tbody tr { padding-block: 0.75rem; }
  :is(.parts, .told, .states) tbody :is(th, td) { padding: 0.15rem 0; text-align: left; }
  .parts tbody th { font-weight: 600; }
  .parts tbody th small { display: inline; font-weight: 400; }
  .parts td[data-label]::before { display: block; font-size: 0.8125rem; margin-top: 0.4rem; }
  .depth-1, .depth-2, .depth-3 { border-left: 3px solid var(--line); padding-left: 0.75rem !important; }
}`;

const text = [TOKENS, BASE, FRAME, FIGURES, TABLES, PARTS, LIFE, HEAT, NARROW, PRINT].join('\n');

export const STYLESHEET = {
  text,
  path: `/assets/${createHash('sha256').update(text).digest('hex').slice(0, 12)}.css`,
};
