// Reads what stands on the screen. Runs inside the page of VS Code: a classic script, loaded as text, so that no build step rewrites it.
"use strict";

window.screenReader = { readSquiggles, readLines, readColours, readProblemRows };

function readSquiggles() {
  const editor =
    document.querySelector(".editor-group-container.active .monaco-editor") ?? document.querySelector(".monaco-editor");
  if (!editor) return [];
  const topOf = (element) => parseFloat(element.style.top);
  const numbers = new Map(
    [...editor.querySelectorAll(".margin-view-overlays > div")].map((row) => [
      topOf(row),
      Number(row.querySelector(".line-numbers")?.textContent),
    ]),
  );
  const width = characterWidth(editor);
  const found = [];
  for (const row of editor.querySelectorAll(".view-overlays > div")) {
    for (const mark of row.querySelectorAll("[class*=squiggly-]")) {
      const severity = /squiggly-(\w+)/.exec(mark.className)[1];
      const left = parseFloat(mark.style.left);
      const columns = Math.round(parseFloat(mark.style.width) / width);
      const start = Math.round(left / width) + 1;
      found.push({ severity, line: numbers.get(topOf(row)), start, end: start + columns });
    }
  }
  return found.sort((a, b) => a.line - b.line || a.start - b.start);

  function characterWidth(editor) {
    for (const line of editor.querySelectorAll(".view-lines .view-line > span")) {
      const { length } = line.textContent;
      if (length > 10 && /^[\x20-\x7e\xa0]*$/.test(line.textContent))
        return line.getBoundingClientRect().width / length;
    }
    return 8;
  }
}

function readLines() {
  const editor = document.querySelector(".editor-group-container.active .monaco-editor");
  const lines = {};
  if (!editor) return lines;
  const text = new Map(
    [...editor.querySelectorAll(".view-lines .view-line")].map((line) => [
      parseFloat(line.style.top),
      line.textContent.replace(/\xa0/g, " "),
    ]),
  );
  for (const row of editor.querySelectorAll(".margin-view-overlays > div")) {
    const number = Number(row.querySelector(".line-numbers")?.textContent);
    if (number) lines[number] = text.get(parseFloat(row.style.top)) ?? "";
  }
  return lines;
}

function readColours(wanted) {
  const editor = document.querySelector(".editor-group-container.active .monaco-editor");
  const margin = [...editor.querySelectorAll(".margin-view-overlays > div")].find(
    (row) => Number(row.querySelector(".line-numbers")?.textContent) === wanted,
  );
  const line = [...editor.querySelectorAll(".view-lines .view-line")].find(
    (row) => row.style.top === margin?.style.top,
  );
  const colours = {};
  for (const span of line?.querySelectorAll("span > span") ?? []) {
    const colour = getComputedStyle(span).color;
    for (const word of span.textContent.match(/\w+/g) ?? []) colours[word] = colour;
  }
  return colours;
}

/** The rows on the screen; levels: 1 a file, 2 a problem, 3 one of its steps. They stand in the page in no order. */
function readProblemRows() {
  return [...document.querySelectorAll(".markers-panel .monaco-list-row[aria-level]")].map((row) => {
    const text = (selector) => row.querySelector(selector)?.textContent ?? "";
    const [, line, column] = /Ln (\d+), Col (\d+)/.exec(row.textContent) ?? [];
    return {
      index: Number(row.getAttribute("data-index")),
      level: Number(row.getAttribute("aria-level")),
      file: [text(".label-description"), text(".label-name")].filter((part) => part !== "").join("/"),
      text: text(".marker-message"),
      source: text(".marker-source"),
      code: text(".marker-code").replace(/[()]/g, ""),
      line: Number(line),
      column: Number(column),
      label: row.getAttribute("aria-label") ?? "",
    };
  });
}
