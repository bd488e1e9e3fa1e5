/** On paper the pages of agencies and themes are progress reports: no navigation, no controls, tables that break well. */
export const PRINT = `
@page { size: A4; margin: 18mm 16mm 20mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
@media print {
  :root { --paper: #fff; --wash: #fff; --ink: #000; --soft: #444; --line: #bbb; --rule: #000; --accent: #000; --accent-wash: #fff;
    --alert: #000; --silent: #000; --callout: #fff; --completed: #0e6b58; --in_progress: #2f80c2; --planned: #8dbde4;
    --proposed: #c3cfda; --on_hold: #dd9f2f; --discontinued: #84757e; --heat-1: #e3eef8; --heat-2: #bfdaf0; --heat-3: #86b9e0;
    --heat-4: #1f6cab; --heat-5: #0b3f6f; --on-heat-1: #000; --on-heat-3: #000; --on-heat-4: #fff; }
  html { font-size: 9.5pt; }
  .wrap { max-width: none; padding: 0; }
  .masthead nav, .clock, .take, .skip, .foot, form, .pager, .choices, .chart details, .how { display: none !important; }
  .print-only { display: inline; overflow-wrap: anywhere; }
  .masthead { border-top: 2pt solid #000; }
  .masthead .wrap { padding-block: 4pt 0; }
  .brand { font-size: 9pt; }
  .brand svg { display: none; }
  .head { padding-top: 14pt; }
  a { color: inherit; text-decoration: none !important; }
  section { margin-top: 20pt; }
  h1, h2, caption, .legend { break-after: avoid; }
  p { orphans: 3; widows: 3; max-width: none; }
  .table, .table.heat { overflow: visible; max-height: none; border: 0; }
  .matrix thead th, .matrix :is(thead, tbody, tfoot) th:first-child { position: static; min-width: 0; }
  .matrix td { min-width: 0; }
  [class^="heat-"] { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .kinds { display: none; }
  tfoot { display: table-row-group; }
  table { font-size: 8.5pt; }
  thead { display: table-header-group; }
  tr, .history > li, .facts > div, .headline dl > div { break-inside: avoid; }
  th, td { padding-block: 2.5pt; }
  .breakdown tbody th { min-width: 0; max-width: none; }
  .breakdown thead th:first-child { width: 27%; }
  .breakdown .of-bar { width: 13%; min-width: 3rem; }
  .breakdown :is(th, td) { padding-right: 4pt; }
  .breakdown :is(th, td):last-child { padding-left: 4pt; }
  .columns { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts { grid-template-columns: 1fr 1fr; }
  thead th { font-size: 6.5pt; }
  thead th:has(small) { min-width: 0; }
  .breakdown thead small { font-size: 6pt; }
  .breakdown .of-bar { padding-top: 4pt; }
  .bar { height: 9pt; }
  small { font-size: 7.5pt; }
  .headline dl { grid-template-columns: repeat(4, 1fr); }
  .headline dd { font-size: 20pt; }
  .bar, .stage::before, rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details.reading::details-content { content-visibility: visible; block-size: auto; }
  details.reading summary { list-style: none; }
  del, ins { print-color-adjust: exact; }
  .both > div, .claims li, .parts tr { break-inside: avoid; }
  .callout, .why { border: 1pt solid #bbb; }
}`;
