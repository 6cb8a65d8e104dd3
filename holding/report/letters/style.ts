/** What letters look like: dense, legible on a phone, in light and dark, and on paper. */
export const style = `
:root{color-scheme:light dark;--bg:#f7f7f4;--card:#fff;--fg:#1b1e1c;--mute:#5b605b;--line:#e0e2db;--bar:#9cc5b2;--up:#22704f;--degraded:#8f5a00;--down:#b3261e;--unknown:#62665f;--accent:#1f5b86}
@media screen and (prefers-color-scheme:dark){:root{--bg:#101311;--card:#171b18;--fg:#e9ebe6;--mute:#9fa69f;--line:#2c332e;--bar:#2f6a50;--up:#63bf95;--degraded:#e5ad4d;--down:#ff8b81;--unknown:#a5aaa2;--accent:#86bee3}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:42rem;padding:1.25rem 1rem 2rem;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
h1{margin:.1rem 0 .35rem;font-size:1.5rem;line-height:1.25;text-wrap:balance}
h2{margin:0 0 .5rem;font-size:1.0625rem;line-height:1.3}
h3{margin:1.25rem 0 .3rem;font-size:1rem}
h4{margin:.8rem 0 .2rem;font-size:.875rem;color:var(--mute);font-weight:600}
p,ul,ol,dl,table,blockquote{margin:.4rem 0}
.kicker,.note,footer,figcaption,time,.quiet{color:var(--mute);font-size:.875rem}
.kicker{margin:0}
.lead{margin:0}
section{margin:1rem 0 0;padding:.85rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
section>:last-child{margin-bottom:0}
ul{padding:0;list-style:none}
li{padding:.45rem 0;border-top:1px solid var(--line)}
li:first-child{border-top:0;padding-top:0}
li:last-child{padding-bottom:0}
li>:last-child{margin-bottom:0}
time{white-space:nowrap}
li p{margin:.1rem 0}
code{font:.875em/1.4 ui-monospace,monospace;background:var(--bg);border:1px solid var(--line);border-radius:.3rem;padding:.05rem .3rem}
.mark{width:.8em;height:.8em;margin-right:.4em;fill:currentColor}
.up .mark,.mark.up,.word.up{color:var(--up)}
.degraded .mark,.mark.degraded,.word.degraded{color:var(--degraded)}
.down .mark,.mark.down,.word.down{color:var(--down)}
.unknown .mark,.mark.unknown,.word.unknown{color:var(--unknown)}
.word{font-weight:600}
.warn{padding:.6rem .8rem;border:1px solid var(--degraded);border-radius:.5rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.5rem;margin:1rem 0 0}
.figures div{padding:.55rem .8rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
.figures dt{color:var(--mute);font-size:.875rem}
.figures dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
figure{margin:.5rem 0}
figure svg{display:block;width:100%;height:3.25rem}
figure .strip{height:1.5rem}
.ticks{position:relative;display:block;height:1.3rem;overflow:hidden;color:var(--mute)}
svg.ticks{height:1.3rem}
.ground{stroke:var(--line)}
svg .up,svg .fine{stroke:var(--bar)}
svg .degraded,svg .late,svg .flapping{stroke:var(--degraded)}
svg .down,svg .troubled{stroke:var(--down)}
svg .unknown,svg .blocked{stroke:var(--unknown)}
svg .paused,svg .maintenance{stroke:var(--accent)}
svg text{fill:var(--mute);font:12px system-ui,sans-serif}
.compare{display:grid;grid-template-columns:minmax(3.5rem,auto) 1fr minmax(3.5rem,auto);gap:.15rem .6rem;align-items:center;margin:.3rem 0 .5rem;font-size:.875rem}
.compare svg,.budget svg{width:100%;height:.7rem;display:block}
.now{stroke:var(--accent)}
.before{stroke:var(--unknown)}
.spent{stroke:var(--degraded)}
.compare span:nth-child(3n){font-variant-numeric:tabular-nums;text-align:right}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
th,td{padding:.3rem .5rem .3rem 0;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--mute);font-weight:500;font-size:.875rem}
td.n,th.n{white-space:nowrap;text-align:right;padding-right:0;padding-left:.5rem;font-variant-numeric:tabular-nums}
blockquote{padding:.1rem 0 .1rem .8rem;border-left:3px solid var(--line);color:var(--mute)}
details{margin:.4rem 0}
summary{color:var(--mute);font-size:.875rem}
article ul{padding-left:1.1rem;list-style:disc}
article li{padding:.15rem 0;border:0}
article>:first-child{margin-top:0}
details li{font-size:.8125rem}
hr{height:1px;border:0;background:var(--line);margin:1rem 0}
footer{margin-top:1.25rem}
footer p{margin:.2rem 0}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff}body{max-width:none;padding:0;font-size:10.5pt}figure,.compare,.figures div,li{break-inside:avoid}h2,h3,h4{break-after:avoid}section{border-color:#bbb}details::details-content{content-visibility:visible;display:block}}
`;
