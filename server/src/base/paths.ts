// Paths as the core sees them: strings with forward slashes, absolute ("/a/b", "c:/a/b") or a URI ("vscode-vfs://x/a"). No disk.

/** The folder part of a path, without a trailing slash; "" when there is none, "/" for a file at the root. */
export function dirname(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash > 0 ? path.slice(0, slash) : slash === 0 ? "/" : "";
}

/** The last part of a path. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The extension with its dot, lower-cased; "" when there is none. */
export function extname(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot).toLowerCase() : "";
}

/** Joins and normalises: "." and ".." are resolved; an absolute second part wins. */
export function join(base: string, part: string): string {
  const absolute = isAbsolute(part) ? part : base === "" ? part : base.endsWith("/") ? base + part : `${base}/${part}`;
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]+:\/\/[^/]*/.exec(absolute)?.[0] ?? "";
  const rest = absolute.slice(scheme.length);
  const parts: string[] = [];
  for (const piece of rest.split("/")) {
    if (piece === "" || piece === ".") continue;
    if (piece === ".." && parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop();
    else if (piece !== ".." || !rest.startsWith("/")) parts.push(piece);
  }
  return scheme + (rest.startsWith("/") ? "/" : "") + parts.join("/");
}

/** True for "/a", "c:/a" and URIs. */
export function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:\//.test(path) || /^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(path);
}

/** True when `path` is `folder` or lies below it. */
export function isWithin(folder: string, path: string): boolean {
  if (folder === "" || folder === "/") return true;
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** The way from a folder to a path with "../" where needed; the path itself when they share no root. */
export function relative(from: string, to: string): string {
  const a = from.split("/").filter(Boolean);
  const b = to.split("/").filter(Boolean);
  if (/^[A-Za-z]:$/.test(a[0] ?? "") && a[0] !== b[0]) return to;
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
  return [...a.slice(shared).map(() => ".."), ...b.slice(shared)].join("/") || ".";
}
