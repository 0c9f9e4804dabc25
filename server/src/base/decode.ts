// Bytes to text and back, byte-order marks and UTF-16 included. What cannot be written back unchanged says so.

export type Encoding = "utf-8" | "utf-16le" | "utf-16be";

export interface Decoded {
  /** Without byte-order mark, as editors hold it. */
  readonly text: string;
  readonly encoding: Encoding;
  readonly bom: boolean;
  /** False when the bytes are not valid in their encoding: encoding the text again would not give the same bytes. */
  readonly lossless: boolean;
}

/**
 * Decodes a file. A byte-order mark decides; without one, zero bytes in the first or second place mean UTF-16 (a source or plist
 * begins with an ASCII character), all else is UTF-8. Never throws: what is invalid becomes U+FFFD.
 */
export function decode(bytes: Uint8Array): Decoded {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return decodeAs("utf-8", bytes.subarray(3), true);
  if (first === 0xff && second === 0xfe) return decodeAs("utf-16le", bytes.subarray(2), true);
  if (first === 0xfe && second === 0xff) return decodeAs("utf-16be", bytes.subarray(2), true);
  if (bytes.length >= 2 && first === 0 && second !== 0) return decodeAs("utf-16be", bytes, false);
  if (bytes.length >= 2 && first !== 0 && second === 0) return decodeAs("utf-16le", bytes, false);
  return decodeAs("utf-8", bytes, false);
}

/** Encodes a text as the file it came from was encoded, byte-order mark included. */
export function encode(text: string, { encoding, bom }: Pick<Decoded, "encoding" | "bom">): Uint8Array {
  const whole = bom ? `\uFEFF${text}` : text;
  if (encoding === "utf-8") return new TextEncoder().encode(whole);
  const bytes = new Uint8Array(whole.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < whole.length; i++) view.setUint16(i * 2, whole.charCodeAt(i), encoding === "utf-16le");
  return bytes;
}

function decodeAs(encoding: Encoding, bytes: Uint8Array, bom: boolean): Decoded {
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, encoding, bom, lossless: true };
  } catch {
    const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
    return { text, encoding, bom, lossless: false };
  }
}

/** The line break that most lines of a text end with; "\n" for a text of one line. */
export function lineBreakOf(text: string): "\n" | "\r\n" {
  let crlf = 0;
  let lf = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    if (text.charCodeAt(at - 1) === 13) crlf++;
    else lf++;
  }
  return crlf > lf ? "\r\n" : "\n";
}
