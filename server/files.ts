/** What the server may ask of a file system. URIs are canonical; nothing rejects. */
export interface Files {
  /** What a folder holds, sorted by name, links resolved. Empty where it cannot be read. */
  list(folder: string): Promise<readonly Listed[]>;
  /** A file's text without its byte order mark. Undefined where there is none, it cannot be read, or it is longer than `limit` bytes. */
  read(uri: string, limit: number): Promise<string | undefined>;
  exists(uri: string): Promise<boolean>;
  /** Where links lead, to notice that a folder has been seen already. */
  realPath(uri: string): Promise<string>;
}

export interface Listed {
  name: string;
  /** Of what a link leads to. */
  kind: "file" | "folder";
  link: boolean;
}

/** For clients and places without a file system: the open documents are all there is. */
export const NO_FILES: Files = {
  list: async () => [],
  read: async () => undefined,
  exists: async () => false,
  realPath: async (uri) => uri,
};
