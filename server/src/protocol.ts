// What the VS Code client and the language server say to each other beyond LSP: method names and plain interfaces.
// Imported by both sides; it must import nothing, because the two LSP libraries do not share types.

/** What a client may say of itself in LSP's `initializationOptions`; each is optional, and an LSP client that says nothing is served too. */
export interface InitializationOptions {
  /** Prefix of the links to rule pages; the rule's id is appended. Editors without this get links to the packaged files. */
  readonly rulePageBase?: string;
  /** The editor's own hover begins with the messages of the diagnostics: the server's need not repeat them. */
  readonly hoverShowsMessages?: boolean;
  /** The client listens to `statusChangedNotification`; others are not sent it. */
  readonly statusChanges?: boolean;
}

/** Client → server: what the server knows about a document. Params `DocumentStatusParams`, result `DocumentStatus`. */
export const documentStatusRequest = "driverkit/documentStatus";
export interface DocumentStatusParams {
  readonly uri: string;
}
export interface DocumentStatus {
  /** "checked": findings are shown; "ignored": the file does not belong to a dext; "loading": the workspace is still being read. */
  readonly state: "checked" | "ignored" | "loading";
  /** One sentence for a person. */
  readonly reason: string;
  /** Names of the targets it belongs to. */
  readonly targets: readonly string[];
  readonly findings: {
    readonly errors: number;
    readonly warnings: number;
    readonly infos: number;
    readonly hints: number;
  };
}

/** Server → client notification: statuses may have changed; ask again. */
export const statusChangedNotification = "driverkit/statusChanged";

/** Client → server: the dexts of the workspace. No params, result `DextInfo[]`. */
export const listDextsRequest = "driverkit/listDexts";
export interface DextInfo {
  /** Stable within a session. */
  readonly id: string;
  readonly name: string;
  readonly folderUri: string;
  /** The file that defines it (project.pbxproj or Info.plist). */
  readonly definedInUri: string;
  readonly sourceCount: number;
}

/** Client → server: checks one dext whole, or all of them. Supports LSP work-done progress and cancellation. Result `ValidationReport`. */
export const validateRequest = "driverkit/validate";
export interface ValidateParams {
  /** `DextInfo.id`; absent for all. */
  readonly dext?: string;
  readonly workDoneToken?: string | number;
}
export interface ValidationReport {
  /** A readable summary in Markdown. */
  readonly markdown: string;
  readonly counts: {
    readonly errors: number;
    readonly warnings: number;
    readonly infos: number;
    readonly hints: number;
  };
  readonly files: number;
  readonly durationMs: number;
}

/** Client → server: the page of a rule as Markdown. Params `{ rule: string }`, result `{ markdown: string } | null`. */
export const rulePageRequest = "driverkit/rulePage";

/** Client → server: what Apple has to grant a dext. Params `GrantsParams`, result `GrantsText | null`: null for a dext that is gone. */
export const grantsRequest = "driverkit/grants";
export interface GrantsParams {
  /** `DextInfo.id`. */
  readonly dext: string;
}
export interface GrantsText {
  /** To paste into the request form. */
  readonly request: string;
  /** What each entitlements file claims of it. */
  readonly claims: string;
}

/** Client → server: the projects of the workspace as a tree. No params, result `ProjectNode[]`. */
export const projectsRequest = "driverkit/projects";
/** Server → client notification: the projects may have changed; ask again. Sent only after they were asked for once. */
export const projectsChangedNotification = "driverkit/projectsChanged";
export interface ProjectNode {
  readonly kind:
    | "dext"
    | "app"
    | "info-plist"
    | "personality"
    | "match"
    | "user-client"
    | "entitlements"
    | "entitlement"
    | "classes"
    | "class"
    | "sources"
    | "source"
    | "note";
  readonly label: string;
  /** Shown dimmed behind the label. */
  readonly description: string;
  /** Plain text; "" for none. */
  readonly tooltip: string;
  /** Of a dext: its `DextInfo.id`. */
  readonly dext?: string;
  /** Where a click leads, as LSP has it. */
  readonly location?: {
    readonly uri: string;
    readonly range: {
      readonly start: { readonly line: number; readonly character: number };
      readonly end: { readonly line: number; readonly character: number };
    };
  };
  readonly children: readonly ProjectNode[];
}
