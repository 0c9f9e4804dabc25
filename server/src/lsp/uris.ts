// Between LSP's URIs and the core's paths. A `file:` URI becomes a plain path; any other URI is its own path.

/** The core's path of a URI: "/a/b c", "c:/a" or, for schemes other than `file`, the URI itself. */
export function pathOfUri(uri: string): string {
  if (!/^file:\/\//i.test(uri)) return uri;
  const [, authority = "", encoded = ""] = /^file:\/\/([^/?#]*)([^?#]*)/i.exec(uri) ?? [];
  const path = decode(encoded);
  if (authority !== "" && authority.toLowerCase() !== "localhost") return `//${authority}${path}`;
  // Windows: "/C:/a" is "c:/a", whatever the case, so that one file has one path.
  return /^\/[A-Za-z]:/.test(path) ? path.charAt(1).toLowerCase() + path.slice(2) : path;
}

/** The URI of a path, encoded as editors do. */
export function uriOfPath(path: string): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(path)) return path;
  const [, authority = "", rest = path] = /^\/\/([^/]+)(\/.*)$/.exec(path) ?? [];
  const absolute = rest.startsWith("/") ? rest : `/${rest}`;
  return `file://${authority}${absolute.split("/").map(encodeSegment).join("/")}`;
}

function encodeSegment(segment: string): string {
  // A half of a surrogate pair cannot be encoded, and would throw.
  return encodeURIComponent(segment.replace(/\p{Cs}/gu, "\ufffd")).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
