// The look of a report, on a screen and on A4 paper.
export const STYLE = `
:root{--ink:#1b2130;--quiet:#5c6475;--line:#e2e6ec;--paper:#fff;--ground:#f3f5f8;--plain:#3f6fb5;
--critical:#8b1e3f;--high:#c43d2f;--medium:#d18a16;--low:#3b7ea8;--info:#7b8494;
--passed:#b9c7da;--tagged:#d9b24c;--masked:#6d63b8;--blocked:#c43d2f}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.5 system-ui,"Noto Sans","Noto Sans CJK KR","Apple SD Gothic Neo","Malgun Gothic",sans-serif}
main{max-width:1080px;margin:0 auto;padding:36px 28px 60px}
.cover{background:#18243a;color:#fff;border-radius:10px;padding:30px 34px;margin-bottom:22px}
.cover h1{font-size:30px;margin:2px 0 16px;letter-spacing:-.01em}.brand{margin:0;color:#9db4d6;letter-spacing:.14em;text-transform:uppercase;font-size:12px}
.cover dl{display:flex;flex-wrap:wrap;gap:8px 36px;margin:0}.cover dt{color:#9db4d6;font-size:12px}
.cover dd{margin:0;font-variant-numeric:tabular-nums}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:20px 24px;margin:0 0 18px}
h2{font-size:16px;margin:0 0 14px}.two{display:grid;grid-template-columns:1fr 1fr;gap:18px}
.note{color:var(--quiet);font-size:13px;margin:10px 0 0}
.figures{display:grid;grid-template-columns:repeat(7,1fr);gap:10px;list-style:none;margin:0;padding:0}
.figures li{border-top:3px solid var(--c,var(--plain));background:#f8f9fb;border-radius:0 0 6px 6px;padding:10px 12px}
.figures b{display:block;font-size:24px;line-height:1.2;font-variant-numeric:tabular-nums}.figures span{display:block;color:var(--quiet);font-size:12.5px;line-height:1.3}
.figures small{color:var(--quiet)}
svg{display:block;width:100%;height:auto}svg text{font-size:13px;fill:var(--quiet)}svg .value{fill:var(--ink);font-weight:600}
svg .grid{stroke:var(--line)}svg rect{fill:var(--c,var(--plain))}
.legend{display:flex;gap:18px;list-style:none;margin:10px 0 0;padding:0;color:var(--quiet);font-size:13px}
.legend li::before{content:"";display:inline-block;width:11px;height:11px;border-radius:2px;background:var(--c);margin-right:6px;vertical-align:-1px}
table{width:100%;border-collapse:collapse;font-size:13px}th{text-align:left;color:var(--quiet);font-weight:600;font-size:.92em}
th,td{padding:8px 10px 8px 0;border-bottom:1px solid var(--line);vertical-align:top;font-variant-numeric:tabular-nums}
tbody tr:last-child td,tbody tr:last-child th{border-bottom:0}tr{break-inside:avoid}td p{margin:2px 0;color:var(--quiet);overflow-wrap:anywhere}
code{font:12px/1.4 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.incidents td:nth-child(2){width:52%}.posture td:nth-child(2){width:50%}.endpoints td:nth-child(2){width:38%}
.actors td:not(:first-child),.actors th{white-space:nowrap}.actors td:first-child{width:40%}
.incidents td:last-child,.incidents td:nth-child(5){white-space:nowrap}
.badge{background:var(--c);color:#fff;border-radius:3px;padding:1px 7px;font-size:.88em;white-space:nowrap}
.score{display:inline-block;min-width:38px;text-align:center;background:var(--c);color:#fff;border-radius:4px;padding:1px 6px}
.tag{background:#e9eef6;color:#35507a;border-radius:3px;padding:0 6px;font-size:.88em;white-space:nowrap}
span.succeeded{color:var(--high);font-weight:600}
.meter{display:inline-block;width:80px;height:8px;border-radius:4px;background:#e8ebf0;overflow:hidden;vertical-align:1px}.meter i{display:block;height:100%;background:var(--high)}
.map{table-layout:fixed}.map th:first-child{width:34%}.map thead th{vertical-align:bottom;padding:8px 3px;line-height:1.3;overflow-wrap:break-word}
.map thead th:not(:first-child){text-align:center}
.map td{text-align:center;border:2px solid #fff;padding:6px}.map th{border-bottom:0}
.shade1{background:#fdeee9}.shade2{background:#f9d3c7}.shade3{background:#f1a994}.shade4{background:#dd6f57;color:#fff}.shade5{background:#b53a2b;color:#fff}
.reasons{margin:6px 0 0;padding-left:18px;color:var(--quiet)}
.critical{--c:var(--critical)}.high{--c:var(--high)}.medium{--c:var(--medium)}.low{--c:var(--low)}.info{--c:var(--info)}.plain{--c:var(--plain)}
.passed{--c:var(--passed)}.tagged{--c:var(--tagged)}.masked{--c:var(--masked)}.blocked{--c:var(--blocked)}
@media(max-width:800px){.two{grid-template-columns:1fr}.figures{grid-template-columns:repeat(2,1fr)}}
@page{size:A4;margin:12mm}
@media print{body{background:#fff;font-size:11px;-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}
section{border:0;padding:0;margin:0 0 16px}h2{font-size:13px;margin:0 0 8px}.note,.legend{font-size:10.5px}
.map.many th:first-child{width:27%}.map.many thead th{font-size:8.5px}section,.two{break-inside:auto}h2{break-after:avoid}svg,.figures,.cover{break-inside:avoid}.cover{padding:18px 24px}.cover h1{font-size:24px;margin:2px 0 10px}.cover dt{font-size:10px}
.figures b{font-size:18px}.figures span{font-size:10px}table{font-size:10.5px}code{font-size:9.5px}}`;
