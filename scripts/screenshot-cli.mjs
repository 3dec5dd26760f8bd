// Draws what the command line prints for the examples as pictures in docs/images: the real output, coloured as in a terminal, in headless Chromium.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const top = fileURLToPath(new URL("..", import.meta.url));
/** What is drawn: the output for an example, from the first line that holds `from`. */
const PICTURES = [
  { image: "cli.png", example: "cloudformation/orders.yaml", from: "", lines: 38 },
  { image: "policies.png", example: "policies/portal.yaml", from: "[wildcard-grants-unexpected-actions]", lines: 45 },
];

function output({ example, from, lines }) {
  const { stdout } = spawnSync(process.execPath, [join(top, "dist", "cli.mjs"), example], {
    cwd: join(top, "examples"),
    encoding: "utf8",
    env: { ...process.env, FORCE_COLOR: "1", COLUMNS: "110" },
  });
  const all = stdout.split("\n");
  const first = all.findIndex((line) => line.includes(from));
  return all
    .slice(first, first + lines)
    .join("\n")
    .trimEnd();
}

const COLOURS = {
  30: "#666",
  31: "#f47067",
  32: "#8ddb8c",
  33: "#e0b33a",
  34: "#6cb6ff",
  35: "#dcbdfb",
  36: "#76e3ea",
  37: "#ddd",
  90: "#7d8590",
  91: "#f47067",
  92: "#8ddb8c",
  93: "#e0b33a",
  94: "#6cb6ff",
  95: "#dcbdfb",
  96: "#76e3ea",
};

const ESC = String.fromCharCode(27);
const SGR = new RegExp(`(${ESC}\\[[\\d;]*m)`);

/** Select Graphic Rendition codes → spans; everything else is text. */
function toHtml(text) {
  const style = { colour: "", bold: false, dim: false, underline: false };
  return text
    .split(SGR)
    .map((part) => {
      const codes = part.startsWith(ESC) ? part.slice(2, -1) : undefined;
      if (codes === undefined) {
        const css = `${style.colour && `color:${style.colour};`}${style.bold ? "font-weight:bold;" : ""}${style.dim ? "opacity:.6;" : ""}${style.underline ? "text-decoration:underline;" : ""}`;
        const escaped = part.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
        return part ? `<span style="${css}">${escaped}</span>` : "";
      }
      for (const code of codes.split(";").map(Number)) {
        if (code === 0) Object.assign(style, { colour: "", bold: false, dim: false, underline: false });
        else if (code === 1) style.bold = true;
        else if (code === 2) style.dim = true;
        else if (code === 4) style.underline = true;
        else if (code === 22) Object.assign(style, { bold: false, dim: false });
        else if (code === 24) style.underline = false;
        else if (code === 39) style.colour = "";
        else if (COLOURS[code]) style.colour = COLOURS[code];
      }
      return "";
    })
    .join("");
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 1100, height: 200 }, deviceScaleFactor: 1.5 });
  for (const picture of PICTURES) {
    await page.setViewportSize({ width: 1100, height: 200 });
    await page.setContent(
      `<body style="margin:0;background:#1c2128;color:#d5dbe2"><pre style="margin:0;padding:16px 20px;font:13px/1.45 'DejaVu Sans Mono',monospace;white-space:pre-wrap"><span style="color:#7d8590">$ ddblint ${picture.example}</span>\n${toHtml(output(picture))}</pre></body>`,
    );
    await page.screenshot({ path: join(top, "docs", "images", picture.image), fullPage: true });
  }
} finally {
  await browser.close();
}
