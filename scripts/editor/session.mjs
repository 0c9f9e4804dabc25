// Drives a real VS Code through its page, as a person would: keys, clicks, and what stands on the screen. Types are in session.d.mts.
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startCodeServer } from "./code-server.mjs";
import { cache, findChromium } from "./places.mjs";

const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--lang=en-US",
];

const pane = (name) => `.pane:has(h3:has-text(${JSON.stringify(name)}))`;
const pathPane = ".pane:has(h3:has-text('DriverKit: Path'))";

/** Starts code-server and Chromium and opens the folder. End it with `close`. */
export async function openSession({ folder, vsix, settings, workspaceFile, size = { width: 1280, height: 800 } }) {
  const { chromium } = createRequire(path.join(cache, "package.json"))("playwright-core");
  const server = await startCodeServer({ folder, vsix, settings, workspaceFile });
  try {
    const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
    const context = await browser.newContext({ viewport: size, locale: "en-US" });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(server.url).origin });
    await context.addInitScript({ path: fileURLToPath(new URL("screen-reader.js", import.meta.url)) });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(server.url);
    await page.waitForSelector(".monaco-workbench");
    await page.waitForSelector(".explorer-folders-view .monaco-list-row");
    return new Session(server, browser, page);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

class Session {
  constructor(server, browser, page) {
    this.server = server;
    this.browser = browser;
    this.page = page;
    this.workspace = server.workspace;
  }

  async close() {
    await this.browser.close();
    await this.server.stop();
  }

  /** Polls until `read` gives something that `accept` takes; on failure the error shows what was read last. */
  async until(what, read, accept = Boolean, timeout = 30_000) {
    const deadline = Date.now() + timeout;
    let last;
    do {
      last = await read();
      if (accept(last)) return last;
      await this.page.waitForTimeout(100);
    } while (Date.now() < deadline);
    throw new Error(`${what}: not within ${timeout / 1000} s; last seen: ${JSON.stringify(last, null, 1)}`);
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  /** Opens the quick input with a key. Keys pressed while the focus moves are lost, so it tries again. */
  async quickInput(key) {
    const input = this.page.locator(".quick-input-widget input[type=text]").first();
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press(key);
      try {
        await input.waitFor({ timeout: 2000 });
        return input;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.focusWorkbench();
      }
    }
  }

  /** Takes the focus away from a preview, which keeps some keys to itself. */
  async focusWorkbench() {
    const tab = this.page.locator(".editor-group-container.active .tab.active");
    if (await tab.count()) await tab.first().click();
  }

  pause(milliseconds) {
    return this.page.waitForTimeout(milliseconds);
  }

  /** Runs a command by its title in the palette, for example "DriverKit: Show Log". */
  async command(title) {
    await this.quickInput("F1");
    await this.pick(title, ">");
  }

  /** Types into the open pick list and takes the row that begins with the text. */
  async pick(label, prefix = "") {
    const input = this.page.locator(".quick-input-widget input[type=text]").first();
    await input.waitFor();
    await input.fill(prefix + label);
    const row = this.page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ has: this.page.locator(`.quick-input-list-label:has-text(${JSON.stringify(label)})`) })
      .first();
    await row.waitFor();
    await row.click();
    // The next key belongs to what comes after, not to a list that is about to close.
    await this.until(
      "the pick list closes",
      async () => !(await input.isVisible()) || (await input.inputValue()) !== prefix + label,
    );
  }

  /** The labels in the pick list with this title, once it is open. */
  async picks(title) {
    await this.page.locator(`.quick-input-widget .quick-input-title:has-text(${JSON.stringify(title)})`).waitFor();
    const labels = this.page.locator(".quick-input-list .monaco-list-row .label-name");
    await labels.first().waitFor();
    return (await labels.allInnerTexts()).map((label) => label.trim());
  }

  /** Opens a file by its path inside the workspace. */
  async openFile(file) {
    const first = this.page.locator(".quick-input-list .monaco-list-row .label-name").first();
    const isOpen = async () => (await this.openPath()).startsWith(file);
    for (let attempt = 1; attempt <= 3 && !(await isOpen()); attempt++) {
      const input = await this.quickInput("Control+P");
      await input.fill(path.join(this.workspace, file));
      // Until the search answers, the list shows files opened before.
      await this.pause(300);
      await this.until(
        `${file} in the list`,
        () => first.innerText(),
        (label) => label === path.basename(file),
      );
      await this.press("Enter");
      await this.until(`${file} opens`, isOpen, Boolean, 3000).catch(() => undefined);
    }
    await this.until(`${file} is open`, isOpen, Boolean, 1000);
    await this.page.locator(".editor-instance .view-lines .view-line").first().waitFor();
  }

  /** The path of the file in front, as the breadcrumbs above it tell, and "" for what is not a file. */
  async openPath() {
    const crumbs = this.page.locator(".editor-group-container.active .breadcrumbs-below-tabs .monaco-breadcrumb-item");
    return (await crumbs.allInnerTexts()).map((crumb) => crumb.trim()).join("/");
  }

  /** Puts the cursor at a 1-based line and column of the open file. */
  async goTo(line, column = 1) {
    const input = await this.quickInput("Control+G");
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    await this.page.waitForTimeout(50);
  }

  /** Types as keys; the editor's automatic brackets and indentation apply as settings say. */
  async type(text) {
    await this.page.keyboard.insertText(text);
  }

  /** Saves the file in front and waits until its tab shows that. */
  async save() {
    await this.page.keyboard.press("Control+S");
    await this.page.locator(".tab.active:not(.dirty)").first().waitFor();
  }

  /** The squiggles on the screen, in order: severity, and the range as 1-based line and columns (end exclusive). */
  squiggles() {
    return this.page.evaluate("screenReader.readSquiggles()");
  }

  /** The text of the lines on the screen by number, as the editor renders them. */
  lines() {
    return this.page.evaluate("screenReader.readLines()");
  }

  /** Colours of the words of a 1-based line on the screen. */
  colours(line) {
    return this.page.evaluate(`screenReader.readColours(${line})`);
  }

  /** Opens the Problems panel and gives its rows. */
  async problems() {
    if (!(await this.page.locator(".markers-panel").first().isVisible())) {
      await this.page.keyboard.press("Control+Shift+M");
      await this.page.locator(".markers-panel").first().waitFor();
    }
    return problemsOf(await this.page.evaluate("screenReader.readProblemRows()"));
  }

  /** All rows of the Problems panel; the list draws only what is on the screen, so it is scrolled through. */
  async allProblems() {
    await this.problems();
    const list = this.page.locator(".markers-panel .monaco-list").first();
    const found = new Map();
    const collect = async () => {
      for (const row of await this.page.evaluate("screenReader.readProblemRows()")) found.set(row.index, row);
    };
    const scroll = async (by) => {
      await list.hover();
      await this.page.mouse.wheel(0, by);
      await this.pause(120);
    };
    for (let tries = 0; tries < 50 && !found.has(0); tries++) {
      await scroll(-1000);
      await collect();
    }
    found.clear();
    for (let before = -1; before !== found.size;) {
      before = found.size;
      await collect();
      await scroll(150);
    }
    while (!(await this.page.locator('.markers-panel .monaco-list-row[data-index="0"]').count())) await scroll(-1000);
    return problemsOf([...found.values()]);
  }

  /** The text of the hover at a 1-based position. Its parts come one after the other, hence `accept`. */
  async hover(line, column, accept = Boolean) {
    await this.goTo(line, column);
    await this.press("Control+K", "Control+I");
    const hover = this.page.locator(".monaco-hover .monaco-hover-content").first();
    const read = async () => ((await hover.isVisible()) ? hover.innerText() : "");
    return this.until("hover", read, accept);
  }

  /** Clicks the light bulb at a 1-based position and gives the titles of what it offers; the menu stays open. */
  async lightBulb(line, column) {
    await this.goTo(line, column);
    const bulb = this.page
      .locator(".lightBulbWidget:visible, .glyph-margin-widgets [class*=codicon-gutter-lightbulb]:visible")
      .first();
    await bulb.waitFor();
    await bulb.click();
    const rows = this.page.locator(".action-widget .monaco-list-row.action");
    await rows.first().waitFor();
    return rows.allInnerTexts();
  }

  /** Takes an entry of the open light bulb menu. */
  async takeAction(title) {
    await this.page
      .locator(`.action-widget .monaco-list-row.action:has-text(${JSON.stringify(title)})`)
      .first()
      .click();
  }

  /** The rows of the view "DriverKit: Path". */
  async path() {
    const rows = this.page.locator(`${pathPane} .monaco-list-row`);
    await rows.first().waitFor();
    return rows.allInnerTexts();
  }

  isPathShown() {
    return this.page.locator(pathPane).first().isVisible();
  }

  /** Opens the list of completions at the cursor and gives the labels on the screen; `chosen` is moved to, its explanation shown. */
  async completions(chosen) {
    await this.press("Control+Space");
    const rows = this.page.locator(".suggest-widget .monaco-list-row");
    const focused = this.page.locator(".suggest-widget .monaco-list-row.focused .label-name");
    await rows.first().waitFor();
    const labels = await rows.locator(".label-name").allInnerTexts();
    // The same keys show and hide the explanation, and which comes first depends on the time before.
    const details = this.page.locator(".suggest-details").first();
    for (let attempt = 0; attempt < 4 && !(await details.isVisible()); attempt++) {
      await this.press("Control+Space");
      await this.pause(700);
    }
    await details.waitFor();
    for (let i = 0; i < labels.length && (await focused.innerText()) !== chosen; i++) {
      await this.press("ArrowDown");
      await this.pause(100);
    }
    return labels;
  }

  /** Folds or unfolds a view of the side bar. */
  async toggleView(name) {
    await this.page
      .locator(`${pane(name)} > .pane-header`)
      .first()
      .click();
    await this.pause(300);
  }

  /** The rows of a view of the side bar, once there are some: label and description, a space between. */
  async rows(view) {
    const rows = this.page.locator(`${pane(view)} .monaco-list-row`);
    await rows.first().waitFor();
    const labels = rows.locator(".label-name");
    const texts = await rows.evaluateAll((each) =>
      each.map((row) =>
        [".label-name", ".label-description"].map((part) => row.querySelector(part)?.textContent ?? ""),
      ),
    );
    await labels.first().waitFor();
    return texts.map((parts) => parts.filter(Boolean).join(" "));
  }

  /** Folds or unfolds a row that begins with a text, or clicks it. */
  async takeRow(view, text, action) {
    const label = this.page.locator(".label-name", { hasText: new RegExp(`^${text}`) });
    const row = this.page
      .locator(`${pane(view)} .monaco-list-row`)
      .filter({ has: label })
      .first();
    await (action === "toggle" ? row.locator(".monaco-tl-twistie") : row).click();
    await this.pause(300);
  }

  /** Takes the action with a title that a row shows while the mouse is over it. */
  async takeRowAction(view, text, title) {
    const label = this.page.locator(".label-name", { hasText: new RegExp(`^${text}`) });
    const row = this.page
      .locator(`${pane(view)} .monaco-list-row`)
      .filter({ has: label })
      .first();
    await row.hover();
    await row.locator(`.action-label[aria-label=${JSON.stringify(title)}]`).click();
  }

  /** Clicks the code lens with a text. */
  async takeLens(text) {
    await this.page
      .locator(`.codelens-decoration a:has-text(${JSON.stringify(text)})`)
      .first()
      .click();
  }

  clipboard() {
    return this.page.evaluate("navigator.clipboard.readText()");
  }

  /** Makes the side bar as wide as wanted. */
  async widenSideBar(width) {
    const bar = await this.page.locator(".part.sidebar").boundingBox();
    if (!bar) return;
    await this.page.mouse.move(bar.x + bar.width + 2, 500);
    await this.page.mouse.down();
    await this.page.mouse.move(bar.x + width, 500, { steps: 8 });
    await this.page.mouse.up();
  }

  /** Clicks a rule's id behind a message in the Problems panel. */
  async followRuleLink(rule) {
    await this.problems();
    await this.page
      .locator(`.markers-panel a:has-text(${JSON.stringify(rule)})`)
      .first()
      .click();
  }

  /** What the language status item says of the file in front. */
  async status() {
    // A mouse that is there already opens nothing.
    await this.page.mouse.move(640, 300);
    await this.page.locator("[id='status.languageStatus']").hover();
    const item = this.page.locator(".hover-language-status").first();
    await item.waitFor();
    return item.innerText();
  }

  /** The text of the Markdown preview in front. Its page is a frame inside a frame. */
  async preview(accept = Boolean) {
    const read = async () => {
      for (const frame of this.page.frames()) {
        const body = frame.locator(".markdown-body");
        if (
          await body
            .first()
            .isVisible()
            .catch(() => false)
        )
          return body.first().innerText();
      }
      return "";
    };
    return this.until("Markdown preview", read, accept);
  }

  async screenshot(file) {
    await this.page.mouse.move(640, 780);
    await this.page.waitForTimeout(300);
    await this.page.screenshot({ path: file });
  }
}

/** The problems among the rows, each with its file, in the order of the panel. */
function problemsOf(rows) {
  let current = "";
  const problems = [];
  for (const { level, file, text, source, code, line, column, label } of rows.sort((a, b) => a.index - b.index)) {
    if (level === 1) current = file;
    if (level === 2) problems.push({ file: current, text, source, code, line, column, label });
  }
  return problems;
}
