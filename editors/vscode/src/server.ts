// Finds the server binary.

import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

export interface Found {
  path: string;
  /** Which of the three places it came from. */
  from: 'setting' | 'bundled' | 'PATH';
}

export interface Missing {
  /** A sentence for the user: what was looked for, where, and what to do. */
  problem: string;
}

const EXE = process.platform === 'win32' ? 'foreshock.exe' : 'foreshock';

/** The setting wins, then the binary in the extension, then the first one on PATH. */
export function findServer(setting: string, extensionPath: string, path = process.env.PATH ?? ''): Found | Missing {
  const asked = setting.trim();
  if (asked !== '') {
    const expanded = asked.replace(/^~(?=$|[/\\])/, homedir());
    if (!isAbsolute(expanded)) {
      return { problem: `The setting foreshock.server.path is "${asked}"; it must be an absolute path (or start with ~).` };
    }
    return isExecutable(expanded)
      ? { path: expanded, from: 'setting' }
      : { problem: `The setting foreshock.server.path names "${expanded}", which is not an executable file.` };
  }

  const bundled = join(extensionPath, 'bin', EXE);
  if (isExecutable(bundled)) {
    return { path: bundled, from: 'bundled' };
  }

  // Relative entries of PATH would mean "whatever lies in the workspace"; those are never run.
  for (const dir of path.split(delimiter).filter(isAbsolute)) {
    const candidate = join(dir, EXE);
    if (isExecutable(candidate)) {
      return { path: candidate, from: 'PATH' };
    }
  }
  return {
    problem: `The Foreshock server was not found: this build of the extension carries none, and there is no "${EXE}" on PATH. Install it, or set foreshock.server.path.`,
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
