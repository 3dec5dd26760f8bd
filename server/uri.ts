const URI = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(.*)$/s;

interface Parts {
  scheme: string;
  authority: string | undefined;
  /** Decoded, with forward slashes. */
  path: string;
  /** Query and fragment as they are written. */
  rest: string;
}

function split(uri: string): Parts | undefined {
  const [, scheme, authority, path = "", rest = ""] = URI.exec(uri) ?? [];
  if (scheme === undefined) return undefined;
  return { scheme: scheme.toLowerCase(), authority, path: path.split("/").map(decode).join("/"), rest };
}

function join({ scheme, authority, path, rest }: Parts): string {
  const written = path.split("/").map(encodeURIComponent).join("/");
  return `${scheme}:${authority === undefined ? "" : `//${authority}`}${written}${rest}`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * One spelling for every spelling of a URI: clients differ in what they escape and in the case of drive letters. A text that is no URI
 * comes back as it is.
 */
export function canonical(uri: string): string {
  const parts = split(uri);
  if (!parts) return uri;
  return join({ ...parts, path: parts.path.replace(/^\/[A-Za-z]:/, (drive) => drive.toLowerCase()) });
}

/** The decoded path of a URI, with forward slashes; `/c:/…` on Windows. */
export function pathOf(uri: string): string {
  return split(uri)?.path ?? uri;
}

/** The URI of something inside a folder. `path` is decoded, relative, with forward slashes, and may hold `..`. */
export function inside(folder: string, path: string): string {
  const parts = split(folder);
  if (!parts) return folder;
  const segments = parts.path.split("/").filter((segment, index) => segment !== "" || index === 0);
  for (const segment of path.split("/")) {
    if (segment === "..") {
      if (segments.length > 1) segments.pop();
    } else if (segment !== "." && segment !== "") segments.push(segment);
  }
  return join({ ...parts, path: segments.join("/") });
}

/** The decoded path from a folder to something in it (empty for the folder itself), or undefined where it lies elsewhere. Both canonical. */
export function relative(folder: string, uri: string): string | undefined {
  const from = split(folder);
  const to = split(uri);
  if (!from || !to || from.scheme !== to.scheme || (from.authority ?? "") !== (to.authority ?? "")) return undefined;
  const prefix = from.path.endsWith("/") ? from.path : `${from.path}/`;
  if (to.path === from.path || `${to.path}/` === prefix) return "";
  return to.path.startsWith(prefix) ? to.path.slice(prefix.length) : undefined;
}

/** The folder something lies in, or undefined at the root. */
export function parentOf(uri: string): string | undefined {
  const parts = split(uri);
  const path = parts?.path.replace(/\/$/, "");
  if (!parts || !path) return undefined;
  const slash = path.lastIndexOf("/");
  return slash < 0 ? undefined : join({ ...parts, path: path.slice(0, slash) || "/" });
}

/** The last segment of the path, decoded. */
export function nameOf(uri: string): string {
  const path = pathOf(uri);
  return path.slice(path.lastIndexOf("/") + 1);
}
