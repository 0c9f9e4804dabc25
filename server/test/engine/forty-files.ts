// A dext of forty files, made of the sample workspace: the RAID driver, its app, and fifteen copies of a small class beside it.
import fs from "node:fs";
import path from "node:path";
import { root } from "../support.ts";

const PROJECT = `name: Acme
targets:
  AcmeRAID:
    type: driver-extension
    platform: macOS
    sources: [AcmeRAID]
    settings:
      base:
        PRODUCT_BUNDLE_IDENTIFIER: com.example.acme.raid.driver
        INFOPLIST_FILE: AcmeRAID/Info.plist
        DRIVERKIT_DEPLOYMENT_TARGET: 21.0
      configs:
        Debug:
          CODE_SIGN_ENTITLEMENTS: AcmeRAID/AcmeRAID.entitlements
        Release:
          CODE_SIGN_ENTITLEMENTS: AcmeRAID/AcmeRAID-Release.entitlements
  AcmeRAIDApp:
    type: application
    platform: macOS
    sources: [AcmeRAIDApp]
    dependencies:
      - target: AcmeRAID
    settings:
      base:
        PRODUCT_BUNDLE_IDENTIFIER: com.example.acme.raid
        INFOPLIST_FILE: AcmeRAIDApp/Info.plist
        CODE_SIGN_ENTITLEMENTS: AcmeRAIDApp/AcmeRAIDApp.entitlements
`;

/** The texts by path. */
export function fortyFiles(): Record<string, string> {
  const sample = (file: string): string => fs.readFileSync(path.join(root, "test-workspace", file), "utf8");
  const files: Record<string, string> = { "/ws/project.yml": PROJECT };
  for (const folder of ["AcmeRAID", "AcmeRAIDApp"]) {
    for (const name of fs.readdirSync(path.join(root, "test-workspace", folder))) {
      if (!name.endsWith(".swift")) files[`/ws/${folder}/${name}`] = sample(`${folder}/${name}`);
    }
  }
  for (let number = 1; Object.keys(files).length < 40; number++) {
    for (const extension of ["iig", "cpp"]) {
      const text = sample(`AcmeLED/AcmeLED.${extension}`);
      files[`/ws/AcmeRAID/LED${number}.${extension}`] = text.replace(/\bAcmeLED/g, `LED${number}`);
    }
  }
  return files;
}
