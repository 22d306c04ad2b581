import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

/** Why a suite that needs a command of the machine is skipped; false where the command is there. */
export function withoutCommand(name: string): string | false {
  const isIn = (folder: string) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  }
  return (process.env.PATH ?? "").split(delimiter).some(isIn) ? false : `${name} is not on PATH`
}
